"""What the card of a prepared dataset says of how it came about, and the files of a report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aileron.data.card_base import CardBase, Made
from aileron.data.operations.base import OperationConfig

REPORT_JSON: Final = "report.json"
REPORT_HTML: Final = "report.html"
_TAGS: Final = {"parent", "other_parent"}


def is_own(config: OperationConfig, before: CardBase) -> bool:
    """Whether the result is a version of the same dataset."""
    return config.name is None or config.name == before.name


def origin(step: str, version: int, config: OperationConfig, before: CardBase) -> dict[str, Any]:
    """The fields of the card that say whose result it is, and how it came about."""
    chosen = config.model_dump(mode="json", exclude_defaults=True, exclude=_TAGS)
    other = getattr(config, "other_parent", None)
    return {
        "name": config.name or before.name,
        "display_name": before.display_name if is_own(config, before) else None,
        "parent": config.parent,
        "made": Made(operation=step, options=chosen, other=other),
        "created_by": f"{step}@{version}",
    }


def write_report(folder: Path, document: Mapping[str, Any], page: str) -> None:
    """Write ``report.json`` and ``report.html`` into the new directory `folder`."""
    folder.mkdir(parents=True)
    text = json.dumps({"format_version": 1, **document}, indent=2, ensure_ascii=False)
    (folder / REPORT_JSON).write_text(text + "\n", encoding="utf-8")
    (folder / REPORT_HTML).write_text(page, encoding="utf-8")
