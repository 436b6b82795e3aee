"""What the reports of this package share: both languages on one page, light and dark, no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from aileron.core.errors import Language

STYLE: Final = """
:root{color-scheme:light dark;--ink:#1f2933;--soft:#5b6773;--line:#d0d7de;--bar:#2f6fb0;
--back:#fff;--card:#f6f8fa;--problem:#b42318;--warning:#8a5a00;--note:#2a5c8a;--passed:#116329}
@media(prefers-color-scheme:dark){:root{--ink:#e4e9ee;--soft:#9aa7b4;--line:#3a444e;--bar:#6ba6e8;
--back:#14181c;--card:#1c2228;--problem:#ff8a7a;--warning:#f0b849;--note:#8ac0f5;
--passed:#7fd08a}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);
max-width:72rem;margin:1.5rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}h3{font-size:1rem;margin:.2rem 0}
table{border-collapse:collapse}th,td{text-align:left;padding:.2rem .6rem;font-weight:400;
border-bottom:1px solid var(--line);vertical-align:top}thead th{color:var(--soft)}
.n{text-align:right;font-variant-numeric:tabular-nums}.soft{color:var(--soft)}
.bar{width:14rem}.bar svg{width:100%;height:.6rem}svg rect{fill:var(--bar)}
svg text{font-size:11px;fill:var(--soft)}.drawing{width:100%}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr));gap:1rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem;
overflow-wrap:anywhere;min-width:0}
.pictures{display:flex;flex-wrap:wrap;gap:.6rem}figure{margin:0;width:7.2rem}
figure img{max-width:100%;border-radius:4px}figcaption{font-size:.75rem;color:var(--soft);
overflow-wrap:anywhere}
.findings li{margin:.35rem 0}.problem b{color:var(--problem)}.warning b{color:var(--warning)}
.note b{color:var(--note)}dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem .8rem;margin:0}
dt{color:var(--soft)}dd{margin:0}
.n{white-space:nowrap}.card .bar{width:4.5rem}.card table{width:100%}
td.passed{color:var(--passed)}td.failed{color:var(--problem);font-weight:600}
td.warning{color:var(--warning);font-weight:600}
.switch{position:absolute;right:1rem;top:1rem}.switch label{padding:.2rem .5rem;cursor:pointer}
body:has(#english:checked) [lang=zh],body:has(#chinese:checked) [lang=en]{display:none}
"""
_ENGLISH: Final = '<input type="radio" name="language" id="english"'
_CHINESE: Final = '<input type="radio" name="language" id="chinese"'


def both(en: str, zh: str) -> str:
    """The same in both languages, of which the page shows one. HTML of plain texts."""
    return f'<span lang="en">{escape(en)}</span><span lang="zh">{escape(zh)}</span>'


def html_table(heads: Sequence[tuple[str, str]], rows: str) -> str:
    """A table with heads in both languages; `rows` is HTML."""
    head = "".join(f'<th scope="col">{both(en, zh)}</th>' for en, zh in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def framed(title: str, body: str) -> str:
    """A whole page of `body`, with the switch of languages; `title` is a plain text."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body>{_switch()}<main>{body}</main></body></html>\n"
    )


def opened_in(page: str, language: Language) -> str:
    """A page that `framed` made, opened in that language; the switch still has the other."""
    if language == "en":
        return page
    opened = page.replace(f"{_ENGLISH} checked>", f"{_ENGLISH}>", 1)
    return opened.replace(f"{_CHINESE}>", f"{_CHINESE} checked>", 1)


def _switch() -> str:
    return (
        '<div class="switch" role="radiogroup" aria-label="Language / 语言">'
        f"{_ENGLISH} checked>"
        '<label for="english">English</label>'
        f"{_CHINESE}>"
        '<label for="chinese">中文</label></div>'
    )
