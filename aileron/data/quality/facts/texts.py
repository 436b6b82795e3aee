"""Facts of texts, by SQL over ``samples.parquet``: nothing is read into Python."""

from __future__ import annotations

from typing import Final

from aileron.data.quality.facts.fact import Fact

BODY: Final = (
    "concat(coalesce(text, ''), coalesce(pair, ''), array_to_string(tokens, ''),"
    " array_to_string(list_transform(turns, lambda t: t.content), ''))"
)
"""All that is to be read of a sample, one after the other."""
_NAMES: Final = (
    "list_concat(labels, list_transform(spans, lambda s: s.label),"
    " list_transform(list_filter(tags, lambda t: t <> 'O'), lambda t: t[3:]))"
)


def _letters(scripts: str) -> str:
    """How many characters of the body are of `scripts`, a class of RE2."""
    return f"length(regexp_replace({BODY}, '[^{scripts}]', '', 'g'))"


_SCRIPTS: Final = {
    "han": r"\p{Han}",
    "kana": r"\p{Hiragana}\p{Katakana}",
    "hangul": r"\p{Hangul}",
    "latin": r"\p{Latin}",
    "cyrillic": r"\p{Cyrillic}",
    "arabic": r"\p{Arabic}",
    "greek": r"\p{Greek}",
    "thai": r"\p{Thai}",
    "devanagari": r"\p{Devanagari}",
}
_COUNTS: Final = ", ".join(
    f"{{'name': '{name}', 'count': {_letters(scripts)}}}" for name, scripts in _SCRIPTS.items()
)
_SCRIPT: Final = (
    f"list_reduce([{_COUNTS}], lambda a, b: CASE WHEN b.count > a.count THEN b ELSE a END)"
)

FACTS: Final = (
    Fact("label", "category", "labels and kinds of what is marked, joined by ;",
         "标签及标注的类型，以 ; 连接",
         f"array_to_string(list_sort(list_distinct({_NAMES})), ';')"),
    Fact("text", "text", "the text", "文本", "text"),
    Fact("characters", "number", "characters of text, pair, tokens and turns",
         "文本、配对文本、词元与对话的字符数", f"length({BODY})"),
    Fact("tokens", "number", "tokens", "词元数", "len(tokens)"),
    Fact("spans", "number", "marked pieces", "标注片段数", "len(spans)"),
    Fact("turns", "number", "messages of a dialogue", "对话轮数", "len(turns)"),
    Fact("lines", "number", "lines", "行数",
         f"length(regexp_replace({BODY}, '[^\\n]', '', 'g')) + 1"),
    Fact("script", "category",
         "the writing most letters are of: han, kana, hangul, latin, cyrillic, ...; none without",
         "大多数字母所属的文字：han、kana、hangul、latin、cyrillic 等；没有则为 none",
         f"CASE WHEN ({_SCRIPT}).count = 0 THEN 'none' ELSE ({_SCRIPT}).name END"),
    Fact("odd_characters", "number",
         "control characters, replacement characters and characters of private use",
         "控制字符、替换字符与私用区字符数",
         _letters(r"\x{0}-\x{8}\x{B}\x{C}\x{E}-\x{1F}\x{7F}-\x{9F}\x{FFFD}\p{Co}")),
    Fact("digit_share", "number", "share of digits among the characters", "数字字符所占比例",
         f"round({_letters(chr(92) + 'p{Nd}')} / nullif(length({BODY}), 0), 6)"),
    Fact("repeats", "number", "other samples that say the same", "内容相同的其他样本数",
         "repeats_ - 1"),
    Fact("annotated", "boolean", "whether somebody annotated it", "是否已标注", "annotated"),
    Fact("content_digest", "text", "SHA-256 of what is read", "内容的 SHA-256", "content_digest"),
    Fact("split", "category", "the part that the source gives it to", "数据源指定的划分", "split"),
)  # fmt: skip
