"""The report of a preparation or an augmentation: counts, and some pictures before and after."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from aileron.data.quality.frame import both, framed, html_table

_STYLE: Final = (
    "<style>.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));"
    "gap:1rem}.pairs figure{width:auto}</style>"
)
_TITLES: Final = {
    "prepare_images": ("Pictures prepared", "图片预处理"),
    "augment": ("Pictures augmented", "图片数据增强"),
}


def page(document: Mapping[str, Any], pairs: Sequence[tuple[str, bytes]]) -> str:
    """The page of ``report.json``; `pairs` are sample ids and PNGs of before and after."""
    title = both(*_TITLES[document["kind"]])
    body = (
        f"{_STYLE}<h1>{title}: {escape(document['dataset'])}</h1>"
        f"<h2>{both('Counts', '数量')}</h2>{_counts(document)}"
        f"<h2>{both('Settings', '设置')}</h2>{_settings(document['config'])}"
        f"<h2>{both('Before and after', '前后对比')}</h2>"
        f'<div class="pairs">{"".join(_figure(*pair) for pair in pairs)}</div>'
    )
    return framed(document["dataset"], body)


def _counts(document: Mapping[str, Any]) -> str:
    rows = _row(both("pictures", "图片"), document["pictures"], document["pictures"])
    rows += _row(both("bytes", "字节"), document["bytes_before"], document["bytes_after"])
    for one in document["objects"]:
        name = f"{both('objects of', '对象：')} {escape(one['label'])}"
        rows += _row(name, one["before"], one["after"])
    return html_table((("", ""), ("before", "之前"), ("after", "之后")), rows)


def _row(name: str, before: int, after: int) -> str:
    return (
        f'<tr><th scope="row">{name}</th><td class="n">{before:,}</td>'
        f'<td class="n">{after:,}</td></tr>'
    )


def _settings(config: Mapping[str, Any]) -> str:
    pairs = [
        (name, one)
        for name, value in config.items()
        for one in (value if name == "operations" else [value])
    ]
    lines = (f"<dt>{escape(n)}</dt><dd><code>{escape(_words(v))}</code></dd>" for n, v in pairs)
    return f"<dl>{''.join(lines)}</dl>"


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {one}" for key, one in value.items() if one is not None)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _figure(sample: str, png: bytes) -> str:
    data = b64encode(png).decode()
    name = escape(sample)
    return (
        f'<figure><img alt="{escape(sample, quote=True)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{name}</figcaption></figure>"
    )
