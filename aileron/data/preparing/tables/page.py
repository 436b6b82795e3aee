"""The report of a prepared table: each operation, what it computed, and the rows after it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from aileron.data.quality.frame import both, framed

_SHOWN: Final = 20
_APART: Final = ("operation", "fitted", "rows")


def page(document: Mapping[str, Any]) -> str:
    """The page of ``report.json``."""
    before, after, rows = (document[k] for k in ("rows_before", "rows_after", "fitted_on"))
    counts = both(
        f"{before:,} rows before, {after:,} after", f"之前 {before:,} 行，之后 {after:,} 行"
    )
    fitted = both(
        f"Computed of {rows:,} rows: part train, and rows without a part.",
        f"统计量取自 {rows:,} 行：训练部分及未划分的行。",
    )
    caution = both(
        "This changed the data itself. A service that gets raw values must do the same with the"
        " numbers below.",
        "以下操作改动了数据本身。接收原始数据的服务必须用下列数值做同样的处理。",
    )
    body = (
        f"<h1>{both('Table prepared', '表格预处理')}: {escape(document['dataset'])}</h1>"
        f"<p>{counts}</p><p>{fitted}</p><p>{caution}</p>"
        + "".join(map(_operation, document["operations"]))
    )
    return framed(document["dataset"], body)


def _operation(done: Mapping[str, Any]) -> str:
    asked = "".join(
        f"<dt>{escape(name)}</dt><dd><code>{escape(str(value))}</code></dd>"
        for name, value in done.items()
        if name not in _APART
    )
    left = both(f"{done['rows']:,} rows after it", f"之后剩余 {done['rows']:,} 行")
    return (
        f"<h2><code>{escape(done['operation'])}</code></h2><dl>{asked}</dl>"
        f'<p class="soft">{left}</p>{_fitted(done["fitted"])}'
    )


def _fitted(fitted: list[dict[str, Any]]) -> str:
    if not fitted:
        return ""
    heads = "".join(f'<th scope="col"><code>{escape(name)}</code></th>' for name in fitted[0])
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(_words(value))}</td>" for value in one.values()) + "</tr>"
        for one in fitted
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _words(value: Any) -> str:
    if isinstance(value, list):
        more = ", …" if len(value) > _SHOWN else ""
        return ", ".join(map(str, value[:_SHOWN])) + more
    return f"{value:.6g}" if isinstance(value, float) else str(value)
