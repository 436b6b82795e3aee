"""What a service says when it cannot answer: one envelope, one sentence, one code.

The codes are those of the BML contract (BML-ERR-01 to 23); the HTTP status says the same
to clients that look at nothing else. No answer ever holds a trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import orjson

from .encoding import Language, RowError
from .picture_errors import PictureError


class ErrorCode(IntEnum):
    """The `error_code` of the envelope."""

    UNSUPPORTED_METHOD = 3
    REQUEST_LIMIT = 4
    INTERNAL_ERROR = 336000
    INVALID_ARGUMENT = 336001
    INVALID_JSON = 336002
    BASE64_FAILED = 336003
    SIZE_ILLEGAL = 336004
    DECODE_FAILED = 336005
    MISSING_PARAMETER = 336006
    UNAVAILABLE = 336100


@dataclass(frozen=True)
class Fault:
    """A kind of refusal: HTTP status, code, and its sentence in both languages."""

    status: int
    code: ErrorCode
    en: str
    zh: str


FAULTS: Final[Mapping[str, Fault]] = {
    "no_such_route": Fault(
        404,
        ErrorCode.UNSUPPORTED_METHOD,
        "There is nothing at {path}. GET /openapi.json lists what there is.",
        "{path} 不存在。GET /openapi.json 列出了所有接口。",
    ),
    "method_not_allowed": Fault(
        405,
        ErrorCode.UNSUPPORTED_METHOD,
        "{path} does not take {method}. Use {allowed}.",
        "{path} 不支持 {method}。请使用 {allowed}。",
    ),
    "no_such_model": Fault(
        404,
        ErrorCode.UNSUPPORTED_METHOD,
        "There is no model {found!r} here. The model is {wanted!r}.",
        "此处没有模型 {found!r}。可用的模型是 {wanted!r}。",
    ),
    "internal": Fault(
        500,
        ErrorCode.INTERNAL_ERROR,
        "The service failed on this request. Try again; if it stays, give the operator the "
        "request id {request_id}.",
        "服务处理该请求时出错。请重试；若仍失败，请将请求 ID {request_id} 告知运维人员。",
    ),
    "unavailable": Fault(
        503,
        ErrorCode.UNAVAILABLE,
        "The model is temporarily unavailable: the service is {state}. Try again in a minute.",
        "模型暂时不可用：服务{state}。请一分钟后重试。",
    ),
    "busy": Fault(
        429,
        ErrorCode.REQUEST_LIMIT,
        "The service has {found} requests at work and takes no more. Try again in a second.",
        "服务正在处理 {found} 个请求，暂不接受更多。请一秒后重试。",
    ),
    "body_too_large": Fault(
        413,
        ErrorCode.SIZE_ILLEGAL,
        "The body is larger than {limit} bytes. Send fewer rows at a time.",
        "请求体超过 {limit} 字节。请减少每次发送的行数。",
    ),
    "too_many_rows": Fault(
        413,
        ErrorCode.SIZE_ILLEGAL,
        "The request has {found} rows, more than {limit}. Send fewer rows at a time.",
        "请求包含 {found} 行，超过 {limit} 行。请减少每次发送的行数。",
    ),
    "picture_too_large": Fault(
        413,
        ErrorCode.SIZE_ILLEGAL,
        "The picture is larger than {limit} bytes ({encoded} in base64). Make it smaller, or save "
        "it as JPEG.",
        "图片超过 {limit} 字节（base64 编码后 {encoded} 字节）。请缩小图片，或保存为 JPEG。",
    ),
    "too_many_pictures": Fault(
        413,
        ErrorCode.SIZE_ILLEGAL,
        "The request has {found} pictures, more than {limit}. Send fewer at a time.",
        "请求包含 {found} 张图片，超过 {limit} 张。请减少每次发送的数量。",
    ),
    "missing_picture": Fault(
        400,
        ErrorCode.MISSING_PARAMETER,
        "There is no picture. Give {wanted}.",
        "没有图片。请给出 {wanted}。",
    ),
    "data_uri": Fault(
        400,
        ErrorCode.BASE64_FAILED,
        "{name!r} begins with {found!r}, the header of a data URI. Leave the header out; send what "
        "follows the comma.",
        "{name!r} 以 data URI 头 {found!r} 开头。请去掉该头，只发送逗号之后的内容。",
    ),
    "not_base64": Fault(
        400,
        ErrorCode.BASE64_FAILED,
        "{name!r} is not base64: {problem}. Encode the file's bytes with the standard alphabet.",
        "{name!r} 不是合法的 base64：{problem}。请用标准字母表对文件内容编码。",
    ),
    "wrong_content_type": Fault(
        415,
        ErrorCode.INVALID_ARGUMENT,
        "The body is sent as {found}. Send JSON as application/json, or the picture's bytes as "
        "image/jpeg, image/png or application/octet-stream.",
        "请求体的类型为 {found}。请用 application/json 发送 JSON，或用 image/jpeg、image/png、"
        "application/octet-stream 发送图片字节。",
    ),
    "encoded_body": Fault(
        415,
        ErrorCode.INVALID_ARGUMENT,
        "The body is sent as {found}. Send it as plain JSON.",
        "请求体以 {found} 方式发送。请发送普通 JSON。",
    ),
    "invalid_parameters": Fault(
        422,
        ErrorCode.INVALID_ARGUMENT,
        "The parameters do not fit this route: {problem}. GET /openapi.json tells what it takes.",
        "参数不符合该接口：{problem}。参见 GET /openapi.json。",
    ),
    "empty_body": Fault(
        400,
        ErrorCode.INVALID_JSON,
        "The body is empty. Send a JSON object.",
        "请求体为空。请发送 JSON 对象。",
    ),
    "not_json": Fault(
        400,
        ErrorCode.INVALID_JSON,
        "The body is not JSON: {problem}. Send a JSON object, not a form.",
        "请求体不是合法的 JSON：{problem}。请发送 JSON 对象，而不是表单。",
    ),
    "not_a_number": Fault(
        400,
        ErrorCode.INVALID_JSON,
        "The body is not JSON: {problem}. JSON has no NaN and no Infinity; give null for a "
        "missing value.",
        "请求体不是合法的 JSON：{problem}。JSON 没有 NaN 和 Infinity；缺失值请用 null。",
    ),
    "not_an_object": Fault(
        400,
        ErrorCode.INVALID_ARGUMENT,
        "The body is {found}. Send a JSON object with {wanted!r}.",
        "请求体是 {found}。请发送含有 {wanted!r} 的 JSON 对象。",
    ),
    "missing_parameter": Fault(
        400,
        ErrorCode.INVALID_ARGUMENT,
        "The parameter {name!r} is missing. Add it: {wanted}.",
        "缺少参数 {name!r}。请补上：{wanted}。",
    ),
    "unknown_parameter": Fault(
        400,
        ErrorCode.INVALID_ARGUMENT,
        "There is no parameter {name!r}. Known: {wanted}.",
        "没有参数 {name!r}。可用的参数：{wanted}。",
    ),
    "wrong_parameter": Fault(
        400,
        ErrorCode.INVALID_ARGUMENT,
        "The parameter {name!r} is {found}. Give {wanted}.",
        "参数 {name!r} 是 {found}。请给出 {wanted}。",
    ),
    "no_rows": Fault(
        400,
        ErrorCode.INVALID_ARGUMENT,
        "The parameter {name!r} is empty. Give at least one row.",
        "参数 {name!r} 为空。请至少给出一行。",
    ),
    "repeated_input": Fault(
        400,
        ErrorCode.INVALID_ARGUMENT,
        "The input {name!r} is given twice. Keep one of them.",
        "输入 {name!r} 出现了两次。请只保留一个。",
    ),
    "wrong_datatype": Fault(
        422,
        ErrorCode.INVALID_ARGUMENT,
        "The input {name!r} has the datatype {found}. Give {wanted}.",
        "输入 {name!r} 的数据类型为 {found}。请给出 {wanted}。",
    ),
    "wrong_shape": Fault(
        422,
        ErrorCode.INVALID_ARGUMENT,
        "The input {name!r} has the shape {found} and {count} values. Give the shape [n] and "
        "n values.",
        "输入 {name!r} 的形状为 {found}，共有 {count} 个值。请给出形状 [n] 和 n 个值。",
    ),
    "refused_by_model": Fault(
        400,
        ErrorCode.INVALID_ARGUMENT,
        "The model does not take this request: {problem}",
        "模型不接受该请求：{problem}",
    ),
    "no_tensors": Fault(
        404,
        ErrorCode.UNSUPPORTED_METHOD,
        "The model {name!r} is served by its job's own code, which takes no tensors. Use POST "
        "/predict.",
        "模型 {name!r} 由作业自带的代码提供服务，不接受张量。请使用 POST /predict。",
    ),
    "no_sample": Fault(
        404,
        ErrorCode.UNSUPPORTED_METHOD,
        "No sample request was packaged with this model. Name one with the job's `serving.sample`.",
        "该模型打包时没有示例请求。请在作业的 `serving.sample` 中指定。",
    ),
    "unknown_output": Fault(
        422,
        ErrorCode.INVALID_ARGUMENT,
        "There is no output {name!r}. Known: {wanted}.",
        "没有输出 {name!r}。可用的输出：{wanted}。",
    ),
}


class ServiceError(Exception):
    """A request that is refused; `kind` is a key of `FAULTS`, `values` fill its sentence."""

    def __init__(self, kind: str, /, **values: Any) -> None:
        self.fault = FAULTS[kind]
        self.values = values
        super().__init__(kind)

    def sentence(self, language: Language = "en") -> str:
        text = self.fault.zh if language == "zh" else self.fault.en
        return text.format_map(self.values)

    def __str__(self) -> str:
        return self.sentence()


Refusal = ServiceError | RowError | PictureError
"""What a client is told in its own words; anything else is an internal error."""


def envelope(error: Refusal, language: Language = "en") -> tuple[int, bytes]:
    """HTTP status and body of a refusal."""
    status, code = _status(error)
    message = error.sentence(language)
    return status, orjson.dumps({"error_code": int(code), "error_msg": printable(message)})


def _status(error: Refusal) -> tuple[int, ErrorCode]:
    """A row or a picture that does not fit is 422: the request is whole, its content is not."""
    if isinstance(error, ServiceError):
        return error.fault.status, error.fault.code
    if isinstance(error, RowError):
        return 422, ErrorCode.INVALID_ARGUMENT
    wrong_size = error.code in ("too_small", "too_large")
    return 422, ErrorCode.SIZE_ILLEGAL if wrong_size else ErrorCode.DECODE_FAILED


def printable(text: str) -> str:
    """`text` as UTF-8 can carry it, at most 2,000 characters."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= 2000 else text[:1997] + "..."


def type_name(value: Any) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    names = {str: "a string", bool: "a boolean", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")
