"""Whatever is wrong with a request, the answer is one envelope with one helpful sentence."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from plugins.serving_app import LocalService

Local = Callable[[str], LocalService]

ROW = {"age": 40.0, "income": 30_000.0, "city": "Wuhan", "member": "guest"}
"""A good row of the table `purchases`."""


def lacking(name: str) -> dict[str, Any]:
    return {key: value for key, value in ROW.items() if key != name}


def rows(*changed: Any) -> bytes:
    return json.dumps({"data": list(changed)}).encode()


PREDICT: dict[str, tuple[bytes, int, int, str]] = {
    "missing feature": (rows(lacking("city")), 422, 336001, "Row 0 lacks the feature 'city'"),
    "in the second row": (rows(ROW, lacking("age")), 422, 336001, "Row 1 lacks the feature 'age'"),
    "unknown feature": (rows(ROW | {"colour": 1}), 422, 336001, "'colour', which the model does"),
    "number as a string": (rows(ROW | {"age": "40"}), 422, 336001, "'age' is a string"),
    "number as a boolean": (rows(ROW | {"age": True}), 422, 336001, "'age' is a boolean"),
    "category as a number": (rows(ROW | {"city": 3}), 422, 336001, "'city' is a number"),
    "value as a list": (rows(ROW | {"age": [1]}), 422, 336001, "'age' is a list"),
    "value as an object": (rows(ROW | {"age": {}}), 422, 336001, "'age' is an object"),
    "null where none was": (rows(ROW | {"income": None}), 422, 336001, "'income' is null"),
    "number too large": (rows(ROW | {"age": 10**60}), 422, 336001, "too large"),
    "unknown category": (rows(ROW | {"city": "Oz"}), 422, 336001, "Use one of 'Harbin', 'Wuhan'"),
    "row is a list": (rows([1, 2]), 422, 336001, "Row 0 is a list"),
    "row is null": (rows(None), 422, 336001, "Row 0 is null"),
    "empty list": (rows(), 400, 336001, "'data' is empty. Give at least one row"),
    "too many rows": (rows(*[1] * 10_001), 413, 336004, "10001 rows, more than 10000"),
    "no data": (b"{}", 400, 336001, "'data' is missing. Add it"),
    "data is an object": (b'{"data": {"age": 1}}', 400, 336001, "'data' is an object"),
    "data is null": (b'{"data": null}', 400, 336001, "'data' is null"),
    "unknown parameter": (
        json.dumps({"data": [ROW], "top_num": 1}).encode(), 400, 336001, "no parameter 'top_num'",
    ),
    "include_req not boolean": (
        json.dumps({"data": [ROW], "include_req": 1}).encode(), 400, 336001, "is a number",
    ),
    "body is a list": (b"[]", 400, 336001, "The body is a list"),
    "body is a string": (b'"data"', 400, 336001, "The body is a string"),
    "body is null": (b"null", 400, 336001, "The body is null"),
    "empty body": (b"", 400, 336002, "The body is empty"),
    "blank body": (b" \n", 400, 336002, "The body is empty"),
    "a form": (b"data=1&include_req=0", 400, 336002, "Send a JSON object, not a form"),
    "cut off": (b'{"data": [{"age": 4', 400, 336002, "The body is not JSON"),
    "NaN": (b'{"data": [{"age": NaN}]}', 400, 336002, "JSON has no NaN and no Infinity"),
    "Infinity": (b'{"data": [{"age": -Infinity}]}', 400, 336002, "JSON has no NaN and no Inf"),
    "1e999": (b'{"data": [{"age": 1e999}]}', 400, 336002, "JSON has no NaN and no Infinity"),
    "not UTF-8": (b'{"data": [{"city": "\xff\xfe"}]}', 400, 336002, "not valid UTF-8"),
    "lone surrogate": (b'{"data": [{"city": "\\ud800"}]}', 400, 336002, "The body is not JSON"),
    "binary": (bytes(range(256)), 400, 336002, "The body is not JSON"),
    "nested deeply": (b'{"data":' + b"[" * 100_000, 400, 336002, "depth limit exceeded"),
    "nested 1000 deep": (
        rows(ROW).replace(b"40.0", b"[" * 1000 + b"]" * 1000), 422, 336001, "'age' is a list",
    ),
    "keys nested deeply": (b'{"data":' + b'{"a":' * 50_000, 400, 336002, "depth limit exceeded"),
    "5 MB": (b" " * 5_000_000, 413, 336004, "The body is larger than 4194304 bytes"),
    "5 MB of rows": (rows(*[ROW] * 60_000), 413, 336004, "The body is larger than 4194304 bytes"),
    "a long name": (rows(ROW | {"x" * 100_000: 1}), 422, 336001, "Row 0 has the feature"),
}  # fmt: skip


def column(name: str, **changed: Any) -> dict[str, Any]:
    datatype = "FP64" if name in ("age", "income") else "BYTES"
    return {"name": name, "shape": [1], "datatype": datatype, "data": [ROW[name]]} | changed


def columns(**changed: Any) -> bytes:
    """An infer request whose column NAME is changed; None leaves it out."""
    inputs = [
        column(name, **(changed.get(name, {}) or {}))
        for name in ROW
        if changed.get(name, {}) is not None
    ]
    more = changed.get("more", [])
    return json.dumps({"inputs": inputs + more} | changed.get("request", {})).encode()


INFER: dict[str, tuple[bytes, int, int, str]] = {
    "no inputs": (b"{}", 400, 336001, "'inputs' is missing"),
    "inputs empty": (b'{"inputs": []}', 400, 336001, "'inputs' is empty"),
    "inputs an object": (b'{"inputs": {}}', 400, 336001, "'inputs' is an object"),
    "input a number": (b'{"inputs": [1]}', 400, 336001, "'inputs' is a number"),
    "input without a name": (b'{"inputs": [{}]}', 400, 336001, "'inputs' is without a name"),
    "missing feature": (columns(city=None), 422, 336001, "the feature 'city'"),
    "unknown feature": (
        columns(more=[{"name": "x", "shape": [1], "datatype": "FP64", "data": [1]}]),
        422, 336001, "'x', which the model does not know",
    ),
    "input twice": (columns(more=[column("age")]), 400, 336001, "'age' is given twice"),
    "wrong datatype": (columns(city={"datatype": "FP64"}), 422, 336001, "FP64. Give BYTES"),
    "no datatype": (columns(age={"datatype": None}), 422, 336001, "datatype None. Give FP64 or"),
    "datatype a list": (columns(age={"datatype": ["FP64"]}), 422, 336001, "Give FP64 or"),
    "wrong shape": (columns(age={"shape": [2]}), 422, 336001, "the shape [2] and 1 values"),
    "no shape": (columns(age={"shape": None}), 422, 336001, "the shape null"),
    "huge shape": (columns(age={"shape": [10**40]}), 422, 336001, "1 values"),
    "no data": (columns(age={"data": None}), 400, 336001, "'data' is null"),
    "unequal columns": (
        columns(age={"shape": [2], "data": [1, 2]}), 422, 336001, "values",
    ),
    "no rows": (
        columns(**{n: {"shape": [0], "data": []} for n in ROW}), 400, 336001, "'inputs' is empty",
    ),
    "wrong type": (columns(age={"data": ["x"]}), 422, 336001, "'age' is a string"),
    "unknown category": (columns(city={"data": ["Oz"]}), 422, 336001, "Use one of"),
    "unknown output": (
        columns(request={"outputs": [{"name": "x"}]}), 422, 336001, "no output 'x'. Known: label",
    ),
    "unknown parameter": (columns(request={"model": 1}), 400, 336001, "no parameter 'model'"),
    "id a number": (columns(request={"id": 7}), 400, 336001, "'id' is a number. Give a string"),
    "unknown key of an input": (columns(age={"datas": 1}), 400, 336001, "no parameter 'datas'"),
    "not JSON": (b"age=1", 400, 336002, "not JSON"),
    "5 MB": (b" " * 5_000_000, 413, 336004, "larger than 4194304 bytes"),
}  # fmt: skip


@pytest.fixture
def service(local: Local) -> Iterator[LocalService]:
    """A service that must still answer well after the test."""
    service = local("binary_xgboost")
    yield service
    assert service.post("/predict", rows(ROW)).status_code == 200
    assert service.service.in_flight == 0


def check(answer: httpx.Response, status: int, code: int, words: str) -> None:
    """`answer` is the envelope, with this code and these words, and never a trace."""
    body = answer.json()
    assert list(body) == ["error_code", "error_msg"]
    assert answer.status_code == status, body
    assert body["error_code"] == code, body
    assert words in body["error_msg"]
    assert len(body["error_msg"]) <= 2000
    assert answer.headers["content-type"] == "application/json"
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text


@pytest.mark.parametrize("case", PREDICT)
def test_a_bad_predict_request_is_refused_in_words(service: LocalService, case: str) -> None:
    body, status, code, words = PREDICT[case]

    check(service.post("/predict", body), status, code, words)


@pytest.mark.parametrize("case", INFER)
def test_a_bad_infer_request_is_refused_in_words(service: LocalService, case: str) -> None:
    body, status, code, words = INFER[case]

    check(service.post("/v2/models/sample/infer", body), status, code, words)


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/", 404, "There is nothing at /."),
        ("POST", "/predict/", 404, "There is nothing at /predict/."),
        ("GET", "/docs", 404, "GET /openapi.json lists what there is"),
        ("GET", "/" + "x" * 5000, 404, "There is nothing at /xxx"),
        ("GET", "/predict", 405, "/predict does not take GET. Use POST."),
        ("DELETE", "/v2/models/sample", 405, "does not take DELETE. Use GET."),
        ("POST", "/readyz", 405, "Use GET"),
        ("GET", "/v2/models/other", 404, "no model 'other' here. The model is 'sample'"),
        ("GET", "/v2/models/other/ready", 404, "The model is 'sample'"),
        ("POST", "/v2/models/other/infer", 404, "The model is 'sample'"),
    ],
)
def test_a_wrong_address_is_refused_in_words(
    service: LocalService, method: str, path: str, status: int, words: str
) -> None:
    answer = service.request(method, path, content=rows(ROW) if method == "POST" else None)

    check(answer, status, 3, words)
    if status == 405:
        assert answer.headers["allow"] in ("GET", "POST")


@pytest.mark.parametrize("header", ["content-encoding", "inference-header-content-length"])
def test_an_encoded_body_is_refused_in_words(service: LocalService, header: str) -> None:
    check(service.post("/predict", rows(ROW), headers={header: "gzip"}), 415, 336001, "plain JSON")


def test_a_refusal_speaks_chinese_to_those_who_ask_for_it(service: LocalService) -> None:
    chinese = {"accept-language": "zh-CN,zh;q=0.9"}

    for body in (b"{}", rows(ROW | {"city": "Oz"})):
        message = service.post("/predict", body, headers=chinese).json()["error_msg"]
        assert any("\u4e00" <= letter <= "\u9fff" for letter in message)


def test_a_fault_of_the_service_is_one_sentence_with_the_request_id(
    service: LocalService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Any) -> Any:
        raise RuntimeError("secret detail")

    with monkeypatch.context() as patched:
        patched.setattr(service.service._model, "scores", fail)
        for path, body in (("/predict", rows(ROW)), ("/v2/models/sample/infer", columns())):
            answer = service.post(path, body, headers={"x-request-id": "req-7"})
            check(answer, 500, 336000, "request id req-7")
            assert "secret" not in answer.text
    assert "secret detail" in caplog.text


def test_a_draining_service_says_so_and_still_answers(service: LocalService) -> None:
    try:
        service.service.state = "draining"
        for path in ("/readyz", "/v2/health/ready", "/v2/models/sample/ready"):
            check(service.get(path), 503, 336100, "the service is draining")
        answer = service.post("/predict", rows(ROW))
    finally:
        service.service.state = "ready"

    assert answer.status_code == 200
    assert answer.headers["connection"] == "close"
    assert service.get("/livez").status_code == 200


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"arrived": "soon"}, "'soon', which is no date. Give a date such as '2026-01-31' or null"),
        ({"arrived": 20260131}, "'arrived' is a number. Give a date"),
        ({"note": None}, "'note' is null, and the model was trained without missing values"),
        ({"note": ["good"]}, "'note' is a list. Give a string"),
    ],
)
def test_a_date_or_a_text_that_does_not_fit_is_refused_in_words(
    change: dict[str, Any], sentence: str, local: Local
) -> None:
    row = {"arrived": "2026-01-31", "note": "good", "nights": 2}
    answer = local("words_xgboost").post("/predict", {"data": [row, row | change]})
    assert (answer.status_code, answer.json()["error_code"]) == (422, 336001)
    assert sentence in answer.json()["error_msg"]
