"""Small drawings of a report as inline SVG: histograms and bars, readable in light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from aileron.data.quality.profile import Histogram

WIDTH: Final = 240
HEIGHT: Final = 64


def histogram_svg(histogram: Histogram, label: str) -> str:
    """Bars from the lowest value to the highest one."""
    counts = histogram.counts
    most, width = max(counts), WIDTH / len(counts)
    bars = "".join(
        f'<rect x="{i * width:.1f}" y="{HEIGHT - height:.1f}" width="{max(width - 1, 1):.1f}"'
        f' height="{height:.1f}"><title>{_number(histogram.edges[i])} – '
        f"{_number(histogram.edges[i + 1])}: {count:,}</title></rect>"
        for i, count in enumerate(counts)
        if (height := max(HEIGHT * count / most, 1.0 if count else 0.0))
    )
    low, high = _number(histogram.edges[0]), _number(histogram.edges[-1])
    ends = (
        f'<text x="0" y="{HEIGHT + 13}">{low}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT + 13}" text-anchor="end">{high}</text>'
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 16}" role="img" class="drawing"'
        f' aria-label="{escape(label, quote=True)}: {low} – {high}">{bars}{ends}</svg>'
    )


def bars_table(rows: Sequence[tuple[str, int]], head: str, count: str) -> str:
    """A table with a bar in each row; `head` and `count` are HTML."""
    most = max((number for _, number in rows), default=0) or 1
    body = "".join(
        f'<tr><th scope="row">{escape(name) or "∅"}</th><td class="n">{number:,}</td>'
        f'<td class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none"'
        f' aria-hidden="true"><rect width="{100 * number / most:.2f}" height="8"/></svg></td></tr>'
        for name, number in rows
    )
    top = f'<tr><th scope="col">{head}</th><th scope="col" class="n">{count}</th><td></td></tr>'
    return f'<table class="bars"><thead>{top}</thead><tbody>{body}</tbody></table>'


def _number(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e5 else f"{value:,.0f}"
