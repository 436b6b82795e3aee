"""BML's names for kinds of datasets and of columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from aileron.client import records as r

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
_PICTURES: Final = {"modality": "image", "format": "bml_json"}
_TEXTS: Final = {"modality": "text", "format": "text_jsonl"}
_ROWS: Final = {"modality": "table", "task": "clustering"}
"""Nobody has said which column is the target: whoever learns from it adds that."""
DEFINITIONS: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("IMAGE_CLASSIFICATION", "IMAGE_CLASSIFICATION_ONE_LABEL"): _PICTURES,
    ("IMAGE_CLASSIFICATION", "IMAGE_CLASSIFICATION_MUL_LABEL"): {
        **_PICTURES, "label_type": "multi",
    },
    ("OBJECT_DETECTION", "OBJECT_DETECTION_RECTANGLE"): {**_PICTURES, "task": "detection"},
    ("TEXT_CLASSIFICATION", "TEXT_CLASSIFICATION_ONE_LABEL"): _TEXTS,
    ("TEXT_MATCHING", "TEXT_SIMILARITY"): {**_TEXTS, "task": "matching"},
    ("DATA_TABLE_FORECASTING", "DATA_TABLE_FORECASTING"): _ROWS,
    ("TIME_SERIES_FORECASTING", "TIME_SERIES_FORECASTING"): _ROWS,
}  # fmt: skip
"""BML's type and template -> the fields of a definition."""
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


def kind_of(type_: str, template_type: str) -> str:
    """What a draft is called whose dataset BML's users declared."""
    return f"{type_}/{template_type}"


def declared_types(draft: r.Draft) -> tuple[str, str] | None:
    """What was declared of the draft; None if it was not begun by a call of BML's."""
    kind, _, template = (draft.kind or "").partition("/")
    return (kind, template) if (kind, template) in DEFINITIONS else None


def column_type(kind: str) -> str:
    """BML's name for the kind of a database's column (`aileron.data.sources.sql_types`)."""
    return _COLUMNS.get(kind, "string")


def moment(time: datetime) -> str:
    """A time as BML writes it."""
    return time.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
