"""Facts of time series, by SQL over ``samples.parquet``."""

from __future__ import annotations

from typing import Final

from aileron.data.quality.facts.fact import Fact

FACTS: Final = (
    Fact("label", "category", "labels of its ranges, joined by ;", "区间的标签，以 ; 连接",
         "array_to_string(list_sort(list_distinct([s.label FOR s IN segments])), ';')"),
    Fact("points", "number", "points in time", "时间点数", "points"),
    Fact("length", "number", "time from the first to the last point; of dates in seconds",
         "从首点到末点的时长；日期以秒计", '"last" - "first"'),
    Fact("segments", "number", "marked ranges", "标注的区间数", "len(segments)"),
    Fact("bytes", "number", "size of the series", "序列大小（字节）", "bytes"),
    Fact("repeats", "number", "other samples with the very same series",
         "内容完全相同的其他样本数", "repeats_ - 1"),
    Fact("annotated", "boolean", "whether somebody annotated it", "是否已标注", "annotated"),
    Fact("content_digest", "text", "SHA-256 of the series", "序列的 SHA-256", "content_digest"),
    Fact("split", "category", "the part that the source gives it to", "数据源指定的划分", "split"),
)  # fmt: skip
