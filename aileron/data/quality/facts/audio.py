"""Facts of recordings: by SQL over ``samples.parquet``, and of the sound where one asks."""

from __future__ import annotations

from typing import Final

from aileron.data.quality.facts.fact import Fact

FACTS: Final = (
    Fact("label", "category", "labels, and those of segments, joined by ;",
         "标签及片段的标签，以 ; 连接",
         "array_to_string(list_sort(list_distinct(list_concat(labels,"
         " list_transform(segments, lambda s: s.label)))), ';')"),
    Fact("seconds", "number", "how long it is", "时长（秒）", "seconds"),
    Fact("segments", "number", "marked segments", "标注的片段数", "len(segments)"),
    Fact("sample_rate", "number", "samples of sound per second", "采样率", "sample_rate"),
    Fact("channels", "number", "channels", "声道数", "channels"),
    Fact("codec", "category", "how the sound is written: PCM_16, MPEG_LAYER_III, AAC, ...",
         "编码：PCM_16、MPEG_LAYER_III、AAC 等", "codec"),
    Fact("format", "category", "WAV, FLAC, MP3 or M4A", "文件格式：WAV、FLAC、MP3 或 M4A",
         "format"),
    Fact("bytes", "number", "size of the file", "文件大小（字节）", "bytes"),
    Fact("repeats", "number", "other samples with the very same recording",
         "内容完全相同的其他样本数", "repeats_ - 1"),
    Fact("annotated", "boolean", "whether somebody annotated it", "是否已标注", "annotated"),
    Fact("content_digest", "text", "SHA-256 of the file", "文件的 SHA-256", "content_digest"),
    Fact("split", "category", "the part that the source gives it to", "数据源指定的划分", "split"),
    Fact("loudness", "number",
         "root of the mean square in decibels below full scale; missing of M4A",
         "均方根电平（dBFS）；M4A 无此值"),
    Fact("silence_share", "number",
         "share of tenths of a second that are 40 dB below the loudest; missing of M4A",
         "比最响处低 40 dB 以上的 0.1 秒片段所占比例；M4A 无此值"),
    Fact("clipped_share", "number", "share of samples of sound at full scale; missing of M4A",
         "达到满幅的采样所占比例；M4A 无此值"),
)  # fmt: skip
