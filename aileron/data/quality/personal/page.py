"""The report of a search for personal data: where it is and how much, and not what it says."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from aileron.data.quality.frame import both, framed, html_table
from aileron.data.quality.personal.kinds import Kind

NAMES: Final[Mapping[Kind, tuple[str, str]]] = {
    "email": ("e-mail address", "电子邮箱"),
    "id_number": ("id number", "身份证号"),
    "bank_card": ("bank card", "银行卡号"),
    "phone": ("phone number", "电话号码"),
    "ip_address": ("IP address", "IP 地址"),
    "plate": ("licence plate", "车牌号"),
    "passport": ("passport", "护照号"),
    "name": ("name", "姓名"),
}


def page(document: Mapping[str, Any]) -> str:
    """The page of ``report.json``."""
    masked = document["action"] == "mask"
    did = both("masked", "已遮盖") if masked else both("counted, not changed", "仅统计，未改动")
    caution = both(
        "Patterns find what has a form. A name that nothing announces is not found.",
        "按模式查找。没有称谓或字段提示的姓名无法发现。",
    )
    rows = "".join(_row(found) for found in document["found"])
    heads = (("place", "位置"), ("kind", "类型"), ("pieces", "处数"), ("samples", "样本数"),
             ("first samples", "前几个样本"))  # fmt: skip
    nothing = f"<p>{both('Nothing was found.', '没有发现。')}</p>"
    title = both("Personal data in", "个人信息：")
    body = (
        f"<h1>{title} {escape(document['dataset'])}</h1>"
        f"<p>{did}</p><p>{caution}</p>{html_table(heads, rows) if rows else nothing}"
    )
    return framed(document["dataset"], body)


def _row(found: Mapping[str, Any]) -> str:
    examples = escape(", ".join(found["examples"][:5]))
    return (
        f'<tr><th scope="row">{escape(found["place"])}</th><td>{both(*NAMES[found["kind"]])}</td>'
        f'<td class="n">{found["pieces"]:,}</td><td class="n">{found["samples"]:,}</td>'
        f"<td><code>{examples}</code></td></tr>"
    )
