"""What a request of the image contract asks: a picture, as base64 in JSON or as it is.

``{"image": base64, "top_num": 6}`` for one label (BML-IAPI-01), ``{"image", "threshold"}``
for many (BML-IAPI-02). Or the file's own bytes, sent as ``image/*`` or
``application/octet-stream`` or without a type, with the same parameter in the query.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.types import Scope

from .body import check_keys, parse_object
from .errors import ServiceError, type_name
from .image_model import ImageTask
from .pictures import Limits, picture_format

DEFAULT_TOP: Final = 6
_MARGIN: Final = 64 * 1024
"""Bytes of a request beside its picture."""
_RAW_TYPES: Final = ("application/octet-stream", "binary/octet-stream")
_JSON_TYPES: Final = ("", "application/json", "text/plain", "application/x-www-form-urlencoded")
"""The last one is what curl says if it is told nothing."""
_BLANKS: Final = bytes.maketrans(b"", b""), b" \t\r\n"


@dataclass(frozen=True)
class PictureLimits:
    """Which pictures the service takes: sides in pixels, and bytes of the file."""

    shortest_side: int = 15
    longest_side: int = 4096
    picture_bytes: int = 3 * 1024 * 1024
    """4 MiB in base64, as the BML contract wants it."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PictureLimits:
        return cls(**{name: int(data[name]) for name in cls.__dataclass_fields__})

    @property
    def encoded_bytes(self) -> int:
        return -(-self.picture_bytes // 3) * 4

    @property
    def body_bytes(self) -> int:
        return self.encoded_bytes + _MARGIN

    @property
    def decoding(self) -> Limits:
        pixels = min(self.longest_side**2, Limits().pixels)
        return Limits(self.shortest_side, self.longest_side, pixels)

    def too_large(self, _: int = 0) -> ServiceError:
        """The refusal of a picture with too many bytes."""
        encoded = self.encoded_bytes
        return ServiceError("picture_too_large", limit=self.picture_bytes, encoded=encoded)


@dataclass(frozen=True)
class Question:
    """One picture, and how many results are wanted: the best `top_num`, or from `threshold`."""

    picture: bytes
    top_num: int | None = None
    threshold: float | None = None


def parse(body: bytes, scope: Scope, task: ImageTask, limits: PictureLimits) -> Question:
    """The question in `body`.

    Raises:
        ServiceError: it is none; says why.
    """
    option = "top_num" if task == "single_label" else "threshold"
    kind = content_type(scope)
    is_picture = picture_format(body) is not None
    if kind.startswith("image/") or kind in _RAW_TYPES or (is_picture and not kind):
        return _raw(body, scope, option, limits)
    if kind not in _JSON_TYPES and not kind.endswith("+json"):
        raise ServiceError("wrong_content_type", found=kind)
    if is_picture:
        raise ServiceError("wrong_content_type", found=kind)
    request = parse_object(body, "image")
    check_keys(request, ("image", option))
    if "image" not in request:
        raise ServiceError("missing_picture", wanted="'image', the file in base64")
    picture = decode_base64(request["image"], "image", limits)
    return Question(picture, **_option(option, request.get(option)))


def content_type(scope: Scope) -> str:
    """The media type in lower case, without parameters; empty if there is none."""
    found = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    text: str = found.decode("latin-1")
    return text.partition(";")[0].strip().lower()


def decode_base64(text: Any, name: str, limits: PictureLimits) -> bytes:
    """The bytes of the base64 `text`, which may be broken into lines.

    Raises:
        ServiceError: it is not base64, has a data URI's header, or is too long.
    """
    if not isinstance(text, str):
        found = type_name(text)
        raise ServiceError("wrong_parameter", name=name, found=found, wanted="base64 as a string")
    if text[:5].lower() == "data:":
        header = text[:64].partition(",")[0]
        raise ServiceError("data_uri", name=name, found=header)
    try:
        encoded = text.encode("ascii")
        picture = _decoded(encoded)
    except UnicodeEncodeError:
        raise ServiceError("not_base64", name=name, problem="it has other letters") from None
    except binascii.Error as error:
        raise ServiceError("not_base64", name=name, problem=str(error)) from None
    if len(picture) > limits.picture_bytes:
        raise limits.too_large()
    return picture


def _decoded(encoded: bytes) -> bytes:
    try:
        return binascii.a2b_base64(encoded, strict_mode=True)
    except binascii.Error:
        unbroken = encoded.translate(*_BLANKS)
        if len(unbroken) == len(encoded):
            raise
    return binascii.a2b_base64(unbroken, strict_mode=True)


def _raw(body: bytes, scope: Scope, option: str, limits: PictureLimits) -> Question:
    if not body:
        raise ServiceError("missing_picture", wanted="the file's bytes as the body")
    if len(body) > limits.picture_bytes:
        raise limits.too_large()
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    check_keys(query, (option,))
    return Question(body, **_option(option, _number(query.get(option))))


def _number(text: str | None) -> Any:
    """The number that a query holds, or the text if it is none."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _option(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {name: DEFAULT_TOP} if name == "top_num" else {}
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name == "top_num":
        if not number or value < 1 or value != value // 1:
            wanted = "a whole number from 1 on"
            raise ServiceError("wrong_parameter", name=name, found=_said(value), wanted=wanted)
        return {name: int(value)}
    if not number or not 0 <= value <= 1:
        wanted = "a number from 0 to 1"
        raise ServiceError("wrong_parameter", name=name, found=_said(value), wanted=wanted)
    return {name: float(value)}


def _said(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}" if number else type_name(value)
