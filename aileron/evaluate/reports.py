"""What the evaluations of all kinds of data share: the primary metric, notes, files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput, sentence
from aileron.evaluate.metrics import HIGHER_IS_BETTER, Measured


def primary_metric(name: str, measured: Measured) -> str:
    """`name` if it was measured; `InvalidInput` says why not, or what there is."""
    if name in measured.metrics:
        return name
    for note in measured.notes:
        if note.metric == name:
            reason = sentence(f"evaluate.{note.message_id}", "en", **note.values)
            raise InvalidInput("evaluate.primary_undefined", metric=name, reason=reason)
    known = [metric for metric in HIGHER_IS_BETTER if metric in measured.metrics]
    raise InvalidInput("evaluate.unknown_metric", metric=name, hint=suggestion(name, known))


def noted(measured: Measured) -> list[str]:
    """Why metrics are missing, in words."""
    return [
        f"{note.metric}: " + sentence(f"evaluate.{note.message_id}", "en", **note.values)
        for note in measured.notes
    ]


def write_report(
    folder: Path, document: Mapping[str, Any], pictures: Mapping[str, str], html: str
) -> Path:
    """Write a REPORT directory: the document, its page and its figures."""
    folder.mkdir(parents=True)
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.html").write_text(html, encoding="utf-8")
    for name, svg in pictures.items():
        (folder / name).write_text(svg, encoding="utf-8")
    return folder
