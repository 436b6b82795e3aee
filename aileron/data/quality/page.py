"""The profile as one page that needs nothing else: no script, no font, no network.

Both languages are in it; a switch without a script shows one. Readable in light and dark, by
keyboard and by screen readers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from aileron.data.quality.drawings import bars_table, histogram_svg
from aileron.data.quality.frame import both, framed
from aileron.data.quality.profile import ColumnProfile, Profile, Repeats, Worst

MOST_COLUMNS: Final = 200
MOST_BARS: Final = 30
TOP_SHOWN: Final = 6

Thumbs = Mapping[str, str]
"""Sample id -> data URI."""

_WORDS: Final = {
    "number": ("number", "数值"),
    "category": ("category", "类别"),
    "text": ("text", "文本"),
    "date": ("date", "日期"),
    "boolean": ("yes or no", "是否"),
    "feature": ("feature", "特征"),
    "target": ("target", "目标"),
    "time": ("time", "时间"),
    "series": ("series", "序列"),
    "ignored": ("ignored", "忽略"),
    "table": ("table", "表格"),
    "image": ("pictures", "图片"),
    "audio": ("recordings", "音频"),
    "classification": ("classification", "分类"),
    "regression": ("regression", "回归"),
    "clustering": ("clustering", "聚类"),
    "forecasting": ("time series", "时间序列"),
    "detection": ("detection", "目标检测"),
    "instance_segmentation": ("instance segmentation", "实例分割"),
    "semantic_segmentation": ("semantic segmentation", "语义分割"),
    "key_points": ("key points", "关键点"),
    "matching": ("matching", "文本匹配"),
    "sequence_labelling": ("sequence labelling", "序列标注"),
    "entities": ("entities and relations", "实体与关系"),
    "pretraining": ("pre-training", "预训练"),
    "instruction": ("instructions", "指令"),
    "event_detection": ("events", "事件检测"),
}
_SEVERITY: Final = {
    "problem": ("Problem", "问题"),
    "warning": ("Warning", "警告"),
    "note": ("Note", "提示"),
}


def page(found: Profile, thumbs: Thumbs, examples: Mapping[str, Sequence[str]]) -> str:
    """The whole page.

    Args:
        thumbs: the pictures of samples that the profile names, of a dataset of pictures.
        examples: label -> samples to show of it.
    """
    title = escape(found.display_name or found.dataset)
    parts = [
        f"<h1>{both('Profile of', '数据概况：')} {title}</h1>",
        _head(found),
        *_findings(found),
        *_examples(examples, thumbs),
        *_balance(found),
        *_columns(found),
        *_repeated(found, thumbs),
        *_worst(found, thumbs),
    ]
    return framed(found.display_name or found.dataset, "".join(parts))


def _head(found: Profile) -> str:
    facts = [
        (both("samples", "样本数"), f"{found.rows:,}"),
        (both("kind", "类型"), f"{_word(found.modality)}, {_word(found.task)}"),
        (both("digest", "摘要"), f"<code>{found.digest[:16]}</code>"),
    ]
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts) + "</dl>"


def _word(name: str) -> str:
    """A word of ours in both languages."""
    return both(*_WORDS.get(name, (name.replace("_", " "), name)))


def _heading(en: str, zh: str) -> str:
    return f"<h2>{both(en, zh)}</h2>"


def _findings(found: Profile) -> Iterator[str]:
    yield _heading("Findings", "发现")
    if not found.findings:
        yield f"<p>{both('Nothing that stands out.', '没有异常。')}</p>"
        return
    yield '<ul class="findings">'
    for finding in found.findings:
        words = both(finding.sentence["en"], finding.sentence["zh"])
        grade = both(*_SEVERITY[finding.severity])
        yield f'<li class="{finding.severity}"><b>{grade}</b> {words}</li>'
    yield "</ul>"


def _examples(examples: Mapping[str, Sequence[str]], thumbs: Thumbs) -> Iterator[str]:
    if not examples:
        return
    yield _heading("Examples", "示例")
    for label, samples in examples.items():
        yield f"<h3>{escape(label)}</h3>{_pictures([(name, '') for name in samples], thumbs)}"


def _balance(found: Profile) -> Iterator[str]:
    if found.classes:
        yield _heading("Classes", "类别")
        rows = [(one.label, one.samples) for one in found.classes]
        rows.sort(key=lambda row: -row[1])
        yield bars_table(rows[:MOST_BARS], both("class", "类别"), both("samples", "样本数"))
        if len(rows) > MOST_BARS:
            more = len(rows) - MOST_BARS
            yield f"<p>{both(f'{more} more in profile.json', f'其余 {more} 个见 profile.json')}</p>"
        if found.classes[0].objects is not None:
            drawn = sorted(((c.label, c.objects or 0) for c in found.classes), key=lambda r: -r[1])
            yield bars_table(drawn[:MOST_BARS], both("class", "类别"), both("objects", "对象数"))
    if found.parts:
        yield _heading("Given parts", "给定的划分")
        rows = [(part.part, part.samples) for part in found.parts]
        yield bars_table(rows, both("part", "划分"), both("samples", "样本数"))


def _columns(found: Profile) -> Iterator[str]:
    tables = found.modality == "table"
    yield _heading("Columns", "列") if tables else _heading("Facts of the samples", "样本特征")
    yield '<div class="grid">'
    for column in found.columns[:MOST_COLUMNS]:
        yield f'<section class="card"><h3>{escape(column.name)}</h3>{"".join(_card(column))}'
        yield "</section>"
    yield "</div>"
    if len(found.columns) > MOST_COLUMNS:
        more = len(found.columns) - MOST_COLUMNS
        yield f"<p>{both(f'{more} more in profile.json', f'其余 {more} 列见 profile.json')}</p>"


def _card(column: ColumnProfile) -> Iterator[str]:
    kind = both(*_WORDS[column.type])
    role = f", {both(*_WORDS[column.role])}" if column.role else ""
    said = f": {both(column.title['en'], column.title['zh'])}" if column.title else ""
    yield f'<p class="soft">{kind}{role}{said}</p>'
    if column.histogram is not None and column.min != column.max:
        yield histogram_svg(column.histogram, column.name)
    facts = [(both("missing", "缺失"), f"{column.missing:,}")]
    about = "" if column.distinct_exact else "≈ "
    facts.append((both("distinct", "不同值"), f"{about}{column.distinct:,}"))
    for name, en, zh in (("min", "lowest", "最小"), ("max", "highest", "最大"),
                         ("mean", "mean", "均值"), ("std", "deviation", "标准差")):  # fmt: skip
        value = getattr(column, name)
        if value is not None:
            facts.append((both(en, zh), escape(_value(value))))
    yield "<dl>" + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts) + "</dl>"
    if column.top and column.type != "number":
        rows = [(one.value, one.count) for one in column.top[:TOP_SHOWN]]
        yield bars_table(rows, both("value", "值"), both("rows", "行数"))


def _repeated(found: Profile, thumbs: Thumbs) -> Iterator[str]:
    names = {"exact": ("Repeats", "重复"), "near": ("Nearly the same", "几乎相同")}
    for repeats in (found.repeats, found.near_repeats):
        if repeats is not None and repeats.groups:
            yield _heading(*names[repeats.kind])
            yield "".join(_groups(repeats, thumbs))


def _groups(repeats: Repeats, thumbs: Thumbs) -> Iterator[str]:
    for group in repeats.examples:
        if thumbs:
            yield f'<div class="card">{_pictures([(name, "") for name in group], thumbs)}</div>'
        else:
            yield f'<p class="card"><code>{escape(", ".join(group))}</code></p>'


def _worst(found: Profile, thumbs: Thumbs) -> Iterator[str]:
    if not found.worst:
        return
    yield _heading("Worst offenders", "最突出的样本")
    for worst in found.worst:
        yield f"<h3>{both(worst.title['en'], worst.title['zh'])}</h3>"
        shown = [(one.sample_id, f"{worst.fact} {_value(one.value)}") for one in worst.samples]
        yield _pictures(shown, thumbs) if thumbs else _listed(worst)


def _listed(worst: Worst) -> str:
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(one.sample_id)}</code></th>'
        f'<td class="n">{escape(_value(one.value))}</td><td>{escape(one.text or "")}</td></tr>'
        for one in worst.samples
    )
    head = f'<th scope="col">{both("sample", "样本")}</th><th scope="col">{escape(worst.fact)}</th>'
    return f"<table><thead><tr>{head}<td></td></tr></thead><tbody>{rows}</tbody></table>"


def _pictures(samples: Sequence[tuple[str, str]], thumbs: Thumbs) -> str:
    figures = "".join(
        f'<figure><img src="{thumbs[name]}" alt="{escape(name, quote=True)}" loading="lazy">'
        f"<figcaption>{escape(name)} {escape(remark)}</figcaption></figure>"
        for name, remark in samples
        if name in thumbs
    )
    return f'<div class="pictures">{figures}</div>'


def _value(value: float | str | None) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
