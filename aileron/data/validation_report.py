"""The report of a validation: ``report.json`` and a page that needs nothing but itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, Literal

from aileron.data.card import AnyCard, Card
from aileron.data.images.card import ImageCard
from aileron.data.suite import Outcome
from aileron.data.texts.card import TextCard

FORMAT_VERSION: Literal[1] = 1

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1f2933;max-width:70rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;
border-bottom:1px solid #d9dee3;vertical-align:top}td.number{text-align:right}
.passed{color:#116329}.failed{color:#b42318;font-weight:600}.warning{color:#9a6700;font-weight:600}
code{font-family:ui-monospace,monospace;font-size:.9em}
"""


def write_report(folder: Path, card: AnyCard, outcomes: Sequence[Outcome]) -> None:
    """Write ``report.json`` and ``report.html`` into the new directory `folder`."""
    folder.mkdir(parents=True)
    facts = report(card, outcomes)
    text = json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.html").write_text(_page(card, outcomes), encoding="utf-8")


def report(card: AnyCard, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The JSON form. `success` is about critical expectations only."""
    failed = [outcome for outcome in outcomes if not outcome.success]
    critical = [outcome for outcome in failed if outcome.severity == "critical"]
    return {
        "format_version": FORMAT_VERSION,
        "kind": "validation",
        "dataset": card.name,
        "digest": card.digest,
        "success": not critical,
        "counts": {
            "rows": card.counts.rows,
            "expectations": len(outcomes),
            "passed": len(outcomes) - len(failed),
            "failed": len(critical),
            "warnings": len(failed) - len(critical),
        },
        "expectations": [outcome.model_dump(mode="json") for outcome in outcomes],
    }


def _page(card: AnyCard, outcomes: Sequence[Outcome]) -> str:
    counts = report(card, outcomes)["counts"]
    title = f"Validation of {card.display_name or card.name}"
    summary = ", ".join(f"{number} {name}" for name, number in counts.items())
    details = "".join(_details(outcome) for outcome in outcomes if outcome.rows)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1><p>{escape(summary)}</p>"
        f"<p>Digest <code>{card.digest}</code></p><h2>Expectations</h2>"
        f"{_table(('Result', 'Expectation', 'Column', 'Wanted', 'Observed'), _lines(outcomes))}"
        f"{details}{_columns(card) if isinstance(card, Card) else _classes(card)}</body></html>\n"
    )


def _columns(card: Card) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(c.name)}</code></td><td>{c.type}</td><td>{c.role}</td>"
        f'<td class="number">{c.missing}</td><td>{escape(c.reason or "")}</td></tr>'
        for c in card.columns
    )
    return f"<h2>Columns</h2>{_table(('Column', 'Type', 'Role', 'Missing', 'Remark'), rows)}"


def _classes(card: ImageCard | TextCard) -> str:
    classes = "".join(
        f'<tr><td>{escape(label)}</td><td class="number">{count}</td></tr>'
        for label, count in card.class_counts.items()
    )
    refused = "".join(
        f"<tr><td><code>{escape(item.path)}</code></td><td>{escape(item.reason)}</td></tr>"
        for item in card.refused
    )
    left_out = f"<h2>Left out</h2>{_table(('File', 'Reason'), refused)}" if refused else ""
    return f"<h2>Classes</h2>{_table(('Class', 'Samples'), classes)}{left_out}"


def _lines(outcomes: Sequence[Outcome]) -> str:
    return "".join(
        f'<tr><td class="{_state(o)}">{_state(o)}</td><td><code>{escape(o.type)}</code></td>'
        f"<td>{escape(o.column or '')}</td><td>{escape(o.wanted())}</td>"
        f"<td>{escape(o.observed_text())}</td></tr>"
        for o in outcomes
    )


def _details(outcome: Outcome) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(row.sample_id)}</code></td><td>{escape(str(row.value))}</td></tr>"
        for row in outcome.rows
    )
    return f"<h2>Rows that fail {escape(outcome.subject)}</h2>{_table(('Sample', 'Value'), rows)}"


def _table(heads: Sequence[str], rows: str) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _state(outcome: Outcome) -> str:
    if outcome.success:
        return "passed"
    return "failed" if outcome.severity == "critical" else "warning"
