"""The report of a validation: ``report.json`` and a page that needs nothing but itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final, Literal

from aileron.data.audio.card import AudioCard
from aileron.data.card import AnyCard, Card
from aileron.data.images.card import ImageCard
from aileron.data.quality.frame import both, framed, html_table
from aileron.data.series.card import SeriesCard
from aileron.data.suite import Outcome
from aileron.data.texts.card import TextCard

FORMAT_VERSION: Literal[1] = 1

_STATES: Final = {"passed": "通过", "failed": "未通过", "warning": "警告"}
_COUNTS: Final[Mapping[str, tuple[str, str]]] = {
    "rows": ("rows", "行"),
    "expectations": ("expectations", "项期望"),
    "passed": ("passed", "项通过"),
    "failed": ("failed", "项未通过"),
    "warnings": ("warnings", "项警告"),
}


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
    name = card.display_name or card.name
    summary = both(
        ", ".join(f"{counts[key]:,} {en}" for key, (en, _) in _COUNTS.items()),
        "，".join(f"{counts[key]:,} {zh}" for key, (_, zh) in _COUNTS.items()),
    )
    heads = (("Result", "结果"), ("Expectation", "期望"), ("Column", "列"), ("Wanted", "要求"),
             ("Observed", "实际"))  # fmt: skip
    details = "".join(_details(outcome) for outcome in outcomes if outcome.rows)
    body = (
        f"<h1>{both('Validation of', '校验：')} {escape(name)}</h1><p>{summary}</p>"
        f"<p>{both('Digest', '摘要')} <code>{card.digest}</code></p>"
        f"<h2>{both('Expectations', '期望')}</h2>{html_table(heads, _lines(outcomes))}"
        f"{details}{_columns(card) if isinstance(card, Card) else _classes(card)}"
    )
    return framed(name, body)


def _columns(card: Card) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(c.name)}</code></td><td>{c.type}</td><td>{c.role}</td>"
        f'<td class="n">{c.missing}</td><td>{escape(c.reason or "")}</td></tr>'
        for c in card.columns
    )
    heads = (("Column", "列"), ("Type", "类型"), ("Role", "角色"), ("Missing", "缺失"),
             ("Remark", "备注"))  # fmt: skip
    return f"<h2>{both('Columns', '列')}</h2>{html_table(heads, rows)}"


def _classes(card: ImageCard | TextCard | AudioCard | SeriesCard) -> str:
    classes = "".join(
        f'<tr><td>{escape(label)}</td><td class="n">{count}</td></tr>'
        for label, count in card.class_counts.items()
    )
    refused = "".join(
        f"<tr><td><code>{escape(item.path)}</code></td><td>{escape(item.reason)}</td></tr>"
        for item in card.refused
    )
    files = html_table((("File", "文件"), ("Reason", "原因")), refused)
    left_out = f"<h2>{both('Left out', '未采用')}</h2>{files}" if refused else ""
    heads = (("Class", "类别"), ("Samples", "样本数"))
    return f"<h2>{both('Classes', '类别')}</h2>{html_table(heads, classes)}{left_out}"


def _lines(outcomes: Sequence[Outcome]) -> str:
    return "".join(
        f'<tr><td class="{_state(o)}">{both(_state(o), _STATES[_state(o)])}</td>'
        f"<td><code>{escape(o.type)}</code></td>"
        f"<td>{escape(o.column or '')}</td><td>{escape(o.wanted())}</td>"
        f"<td>{_observed(o)}</td></tr>"
        for o in outcomes
    )


def _observed(outcome: Outcome) -> str:
    """What was found; a sentence is in both languages."""
    if outcome.error is not None or outcome.unexpected_count is None:
        return escape(outcome.observed_text())
    percent = f"{outcome.unexpected_percent or 0:.2g} %"
    chinese = f"{outcome.element_count} 行中有 {outcome.unexpected_count} 行（{percent}）不符合"
    return both(outcome.observed_text(), chinese)


def _details(outcome: Outcome) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(row.sample_id)}</code></td><td>{escape(str(row.value))}</td></tr>"
        for row in outcome.rows
    )
    heading = both("Rows that fail", "不符合的行：")
    table = html_table((("Sample", "样本"), ("Value", "值")), rows)
    return f"<h2>{heading} {escape(outcome.subject)}</h2>{table}"


def _state(outcome: Outcome) -> str:
    if outcome.success:
        return "passed"
    return "failed" if outcome.severity == "critical" else "warning"
