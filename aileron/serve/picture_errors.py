"""Why a picture is not taken: a code, and a sentence in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .encoding import Language

SENTENCES: Final[Mapping[str, Mapping[Language, str]]] = {
    "empty": {
        "en": "The picture has no bytes. Send the whole file.",
        "zh": "图片内容为空。请发送完整的文件。",
    },
    "not_a_picture": {
        "en": "This is no picture. Give one of {wanted}.",
        "zh": "这不是图片。请使用 {wanted} 之一。",
    },
    "unsupported": {
        "en": "This is {found}, which is not taken. Convert it to one of {wanted}.",
        "zh": "不支持 {found} 格式。请转换为 {wanted} 之一。",
    },
    "truncated": {
        "en": "The {found} picture ends too early. Send the whole file.",
        "zh": "{found} 图片不完整。请发送完整的文件。",
    },
    "broken": {
        "en": "The {found} picture cannot be decoded: {problem}. Open it in a viewer and save it "
        "again.",
        "zh": "{found} 图片无法解码：{problem}。请用图片工具打开并重新保存。",
    },
    "too_small": {
        "en": "The picture has {found} pixels. Its shortest side must be at least {limit}.",
        "zh": "图片为 {found} 像素。最短边至少为 {limit} 像素。",
    },
    "too_large": {
        "en": "The picture has {found} pixels. Its longest side may be {limit}, and it may have "
        "{pixels} pixels in all. Make it smaller.",
        "zh": "图片为 {found} 像素。最长边不得超过 {limit} 像素，总计不得超过 {pixels} 像素。"
        "请缩小图片。",
    },
}


class PictureError(Exception):
    """A picture that cannot be taken; `code` is a key of `SENTENCES`, `values` fill it.

    `number` says which one of several it is, from 0.
    """

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        self.number: int | None = None
        super().__init__(code)

    def sentence(self, language: Language = "en") -> str:
        text = SENTENCES[self.code][language].format_map(self.values)
        if self.number is None:
            return text
        return f"第 {self.number} 张：{text}" if language == "zh" else f"No. {self.number}: {text}"

    def __str__(self) -> str:
        return self.sentence()
