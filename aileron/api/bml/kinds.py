"""BML's names for kinds of datasets and of columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

MEGABYTE: Final = 1 << 20
CHINA: Final = timezone(timedelta(hours=8))
_TYPES: Final[Mapping[tuple[str, str], tuple[str, str, str]]] = {
    ("image", "classification"): (
        "IMAGE_CLASSIFICATION",
        "IMAGE_CLASSIFICATION_ONE_LABEL",
        "IMAGE_CLASSIFICATION_MUL_LABEL",
    ),
    ("image", "detection"): (
        "OBJECT_DETECTION",
        "OBJECT_DETECTION_RECTANGLE",
        "OBJECT_DETECTION_RECTANGLE",
    ),
    ("text", "classification"): ("TEXT_CLASSIFICATION", "TEXT_CLASSIFICATION_ONE_LABEL", ""),
    ("text", "matching"): ("TEXT_MATCHING", "TEXT_SIMILARITY", ""),
}
_TABLE: Final = ("DATA_TABLE_FORECASTING", "DATA_TABLE_FORECASTING")
_SERIES: Final = ("TIME_SERIES_FORECASTING", "TIME_SERIES_FORECASTING")
_COLUMNS: Final = {
    "bool": "string",
    "int64": "bigint",
    "double": "double",
    "date": "date",
    "decimal": "decimal(38,10)",
    "timestamp": "timestamp",
    "timestamp in UTC": "timestamp",
}


def types_of(
    modality: str | None, task: str | None, card: Mapping[str, Any]
) -> tuple[str | None, str | None]:
    """BML's ``type`` and ``template_type``; None where BML has no such kind."""
    if modality == "table":
        return _SERIES if task == "forecasting" else _TABLE
    found = _TYPES.get((modality or "", task or ""))
    if found is None:
        return None, None
    kind, one, several = found
    return kind, (several or None) if card.get("label_type") == "multi" else one


def column_type(kind: str) -> str:
    """BML's name for the kind of a database's column (`aileron.data.sources.sql_types`)."""
    return _COLUMNS.get(kind, "string")


def moment(time: datetime) -> str:
    """A time as BML writes it."""
    return time.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
