"""The report as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

MOST_FEATURES: Final = 40
LONGEST_CELL: Final = 200
"""Characters of a value that are shown, such as of a text."""
STYLE = """
body{font:14px/1.5 system-ui,sans-serif;color:#24292f;max-width:1060px;margin:2em auto;
padding:0 1em}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:1.8em}
table{border-collapse:collapse}td,th{padding:.25em .8em;border-bottom:1px solid #d0d7de;
text-align:left;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}
.primary{font-weight:600}figure{display:inline-block;margin:.5em}.scroll{overflow-x:auto}
"""


def page(document: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """The page of a report document and its pictures (file name -> SVG)."""
    title = f"{document['dataset']['name']}: {document['model']['algorithm']}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(_summary(document))}</p>",
        "<h2>Metrics</h2>",
        metrics_table(document),
        *(f"<p>{escape(note)}</p>" for note in document["notes"]),
        "".join(f"<figure>{svg}</figure>" for svg in pictures.values()),
        *_threshold(document.get("threshold")),
        *_confused(document.get("confused")),
        *classes_table(document.get("classes")),
        "<h2>Worst errors</h2>",
        _worst(document["worst"]),
    ]
    return framed(title, parts)


def framed(title: str, parts: Sequence[str], style: str = "") -> str:
    """A whole page of `parts`."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _summary(document: Mapping[str, Any]) -> str:
    return (
        f"Evaluation on the {document['rows']} rows of the part {document['part']}, "
        f"which training did not see. Target: {document['target']} ({document['task']})."
    )


def metrics_table(document: Mapping[str, Any]) -> str:
    """All metrics, the primary one in bold."""
    rows = [
        f"<tr{' class=primary' if name == document['primary'] else ''}>"
        f'<td>{escape(name)}</td><td class="n">{value:.6g}</td></tr>'
        for name, value in document["metrics"].items()
    ]
    return f"<table>{''.join(rows)}</table>"


def _threshold(found: Mapping[str, Any] | None) -> list[str]:
    if not found or found["recommended"] is None:
        return []
    text = (
        f"In use: {found['used']:.4g}. Recommended: {found['recommended']:.4g} "
        f"(F1 {found['validation_f1']:.4g} on validation rows, {found['test_f1']:.4g} on test "
        f"rows). Rule: {found['rule']}. To use it, set the training parameter threshold."
    )
    return ["<h2>Threshold</h2>", f"<p>{escape(text)}</p>"]


def classes_table(classes: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """Figures per class, under a heading; nothing of a regression."""
    if not classes:
        return []
    return ["<h2>Classes</h2>", table(list(classes[0]), [list(c.values()) for c in classes])]


def _confused(pairs: Sequence[Mapping[str, Any]] | None) -> list[str]:
    if not pairs:
        return []
    return ["<h2>Most confused</h2>", table(list(pairs[0]), [list(p.values()) for p in pairs])]


def _worst(worst: Sequence[Mapping[str, Any]]) -> str:
    """The worst errors with their first features; report.json holds all of them."""
    if not worst:
        return "<p>Not one error.</p>"
    features = list(worst[0]["values"])[:MOST_FEATURES]
    headings = ["sample_id", "true", "predicted", "error", *features]
    rows = [
        [*(row[name] for name in headings[:4]), *(row["values"][name] for name in features)]
        for row in worst
    ]
    return f'<div class="scroll">{table(headings, rows)}</div>'


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table; numbers are aligned to the right."""
    head = "".join(f"<th>{escape(name)}</th>" for name in headings)
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f'<td class="n">{value:.6g}</td>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f'<td class="n">{value}</td>'
    text = "" if value is None else str(value)
    short = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
    return f"<td>{escape(short)}</td>"
