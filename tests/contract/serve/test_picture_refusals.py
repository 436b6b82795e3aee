"""Whatever is wrong with a picture, the answer is one envelope with one helpful sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugins.image_models import base64_of, picture, write_image_model, write_image_service
from plugins.image_services import local_pictures
from plugins.serving_app import LocalService

from aileron.serve.contracts import open_service
from aileron.serve.model import ModelBroken
from aileron.serve.pool import Pool

Local = Callable[[str], LocalService]
RED = picture()
B64 = base64_of(RED)


def body(**values: Any) -> bytes:
    return json.dumps(values).encode()


def image(data: bytes) -> bytes:
    return body(image=base64_of(data))


def cut(form: str) -> bytes:
    return picture(size=(300, 300), form=form)[:200]


JSON: dict[str, tuple[bytes, int, int, str]] = {
    "no picture": (b"{}", 400, 336006, "There is no picture. Give 'image'"),
    "null": (body(image=None), 400, 336001, "'image' is null. Give base64"),
    "a number": (body(image=3), 400, 336001, "'image' is a number"),
    "a list": (body(image=[B64]), 400, 336001, "'image' is a list"),
    "an empty string": (body(image=""), 422, 336005, "The picture has no bytes"),
    "cut base64": (body(image=B64[:-3]), 400, 336003, "is not base64"),
    "no padding": (body(image=B64.rstrip("=") + "A"), 400, 336003, "is not base64"),
    "other letters": (body(image="图片"), 400, 336003, "it has other letters"),
    "base64 for URLs": (body(image=B64[:40] + "-_-_" + B64[44:]), 400, 336003, "is not base64"),
    "a data URI": (
        body(image="data:image/png;base64," + B64), 400, 336003, "header of a data URI",
    ),
    "a URL": (body(image="https://example.org/a.png"), 400, 336003, "is not base64"),
    "a text in base64": (image(b"hello world, hello"), 422, 336005, "This is no picture"),
    "a PDF": (image(b"%PDF-1.7"), 422, 336005, "This is PDF, which is not taken"),
    "half a JPEG": (image(cut("JPEG")), 422, 336005, "picture"),
    "half a PNG": (image(cut("PNG")), 422, 336005, "ends too early"),
    "a header alone": (image(RED[:10]), 422, 336005, "its header is not whole"),
    "one pixel": (image(picture(size=(1, 1))), 422, 336004, "1 x 1 pixels"),
    "14 pixels high": (image(picture(size=(300, 14))), 422, 336004, "at least 15"),
    "4097 pixels wide": (image(picture(size=(4097, 20))), 422, 336004, "may be 4096"),
    "20,000 pixels wide": (image(picture(size=(20_000, 20))), 422, 336004, "20000 x 20"),
    "4 MB and more": (image(b"\x89PNG" + b"x" * 3_200_000), 413, 336004, "larger than 3145728"),
    "5 MB of nothing": (b" " * 5_000_000, 413, 336004, "larger than 3145728 bytes (4194304"),
    "top_num 0": (body(image=B64, top_num=0), 400, 336001, "'top_num' is 0. Give a whole"),
    "top_num 1.5": (body(image=B64, top_num=1.5), 400, 336001, "'top_num' is 1.5"),
    "top_num true": (body(image=B64, top_num=True), 400, 336001, "'top_num' is a boolean"),
    "top_num as text": (body(image=B64, top_num="3"), 400, 336001, "'top_num' is a string"),
    "a threshold": (body(image=B64, threshold=0.5), 400, 336001, "no parameter 'threshold'"),
    "a misspelt option": (body(image=B64, topnum=3), 400, 336001, "Known: image, top_num"),
    "a list of requests": (b"[]", 400, 336001, "The body is a list"),
    "empty": (b"", 400, 336002, "The body is empty"),
    "not JSON": (b"image=" + B64.encode(), 400, 336002, "not a form"),
    "cut JSON": (b'{"image": "iVBO', 400, 336002, "The body is not JSON"),
}  # fmt: skip


def refused(answer: Any, status: int, code: int, said: str) -> None:
    assert answer.status_code == status, answer.text
    found = answer.json()
    assert found.keys() == {"error_code", "error_msg"}
    assert found["error_code"] == code
    assert said in found["error_msg"]
    assert "Traceback" not in found["error_msg"]
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("case", JSON)
def test_a_request_that_is_wrong_is_told_what_to_do(case: str, local_image: Local) -> None:
    content, status, code, said = JSON[case]
    service = local_image("single_label")
    headers = {"content-type": "application/json"}

    refused(service.post("/predict", content, headers=headers), status, code, said)


@pytest.mark.parametrize("case", JSON)
def test_it_is_told_in_chinese_too(case: str, local_image: Local) -> None:
    content, status, code, _ = JSON[case]
    headers = {"content-type": "application/json", "accept-language": "zh-CN,zh"}

    answer = local_image("single_label").post("/predict", content, headers=headers)

    refused(answer, status, code, "。")


@pytest.mark.parametrize(
    ("content", "kind", "status", "code", "said"),
    [
        (RED, "text/html", 415, 336001, "sent as text/html"),
        (RED, "application/json", 415, 336001, "sent as application/json"),
        (RED, "multipart/form-data; boundary=x", 415, 336001, "sent as multipart/form-data"),
        (RED, "video/mp4", 415, 336001, "sent as video/mp4"),
        (b"", "image/png", 400, 336006, "There is no picture. Give the file's bytes"),
        (body(image=B64), "image/png", 422, 336005, "This is no picture"),
        (b"\x89PNG" + b"x" * 3_200_000, "image/png", 413, 336004, "larger than 3145728"),
    ],
)
def test_a_body_of_another_type_than_it_says_is_refused(
    local_image: Local, content: bytes, kind: str, status: int, code: int, said: str
) -> None:
    answer = local_image("single_label").post("/predict", content, headers={"content-type": kind})

    refused(answer, status, code, said)


@pytest.mark.parametrize(
    ("task", "query", "said"),
    [
        ("single_label", {"top_num": "0"}, "is 0. Give a whole number"),
        ("single_label", {"top_num": "many"}, "is a string"),
        ("single_label", {"top_num": ""}, "is a string"),
        ("single_label", {"top_num": "nan"}, "Give a whole number"),
        ("single_label", {"top_num": "inf"}, "Give a whole number"),
        ("single_label", {"threshold": "0.5"}, "no parameter 'threshold'"),
        ("multi_label", {"threshold": "1.5"}, "is 1.5. Give a number from 0 to 1"),
        ("multi_label", {"threshold": "nan"}, "Give a number from 0 to 1"),
        ("multi_label", {"top_num": "3"}, "no parameter 'top_num'"),
    ],
)
def test_a_query_that_is_wrong_is_refused(
    local_image: Local, task: str, query: dict[str, str], said: str
) -> None:
    answer = local_image(task).post(
        "/predict", RED, params=query, headers={"content-type": "image/png"}
    )

    refused(answer, 400, 336001, said)


def entry(**changed: Any) -> dict[str, Any]:
    return {"name": "image", "shape": [1], "datatype": "BYTES", "data": [B64]} | changed


@pytest.mark.parametrize(
    ("inputs", "status", "said"),
    [
        ([], 400, "'inputs' is empty"),
        ([entry(name="picture")], 400, "no parameter 'picture'. Known: image"),
        ([entry(), entry()], 400, "'image' is given twice"),
        ([entry(datatype="FP32")], 422, "datatype FP32. Give BYTES"),
        ([entry(shape=[2])], 422, "shape [2] and 1 values"),
        ([entry(shape=[0], data=[])], 400, "'data' is empty"),
        ([entry(data=[3])], 400, "'data[0]' is a number"),
        ([entry(shape=[17], data=["x"] * 17)], 413, "17 pictures, more than 16"),
        ([entry(shape=[2], data=[B64, base64_of(RED[:30])])], 422, "No. 1: The PNG picture"),
    ],
)
def test_a_tensor_that_does_not_fit_is_refused(
    local_image: Local, inputs: list[Any], status: int, said: str
) -> None:
    answer = local_image("single_label").post("/v2/models/sample/infer", {"inputs": inputs})

    assert answer.status_code == status, answer.text
    assert said in answer.json()["error_msg"]


def test_the_model_is_asked_for_by_its_name(local_image: Local) -> None:
    answer = local_image("single_label").post("/v2/models/other/infer", {"inputs": [entry()]})

    refused(answer, 404, 3, "The model is 'sample'")


def test_limits_are_those_of_the_package(tmp_path: Path) -> None:
    limits = {"shortest_side": 1, "longest_side": 20, "picture_bytes": 2000}
    with pytest.raises(ModelBroken, match=r"sample\.json.*32 x 24"):
        local_pictures(tmp_path / "first", limits=limits)
    service = local_pictures(tmp_path / "second", limits=limits | {"longest_side": 40})

    assert service.post("/predict", image(picture(size=(1, 1)))).status_code == 200
    refused(service.post("/predict", image(picture(size=(41, 1)))), 422, 336004, "41 x 1")
    refused(service.post("/predict", image(RED + b"x" * 3000)), 413, 336004, "2000 bytes")


def test_a_service_that_is_too_busy_says_so_at_once(tmp_path: Path) -> None:
    """With no thread and no place to wait, every request is one too many."""
    service = local_pictures(tmp_path)
    service.service._pool = Pool(1, -1)  # type: ignore[attr-defined]

    answer = service.post("/predict", image(RED))

    refused(answer, 429, 4, "takes no more. Try again in a second")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / "sample.json").unlink(), "sample.json"),
        (lambda f: (f / "sample.json").write_text('{"image": "x"}'), "not base64"),
        (lambda f: (f / "model" / "model.onnx").write_bytes(b""), "digest differs"),
    ],
)
def test_a_package_that_is_not_whole_does_not_start(
    tmp_path: Path, damage: Callable[[Path], Any], said: str
) -> None:
    folder = write_image_service(tmp_path / "src", write_image_model(tmp_path / "made"))
    damage(folder)

    with pytest.raises(ModelBroken, match=said):
        open_service(folder).load()


@pytest.mark.parametrize(
    ("settings", "said"), [({"contract": "sound"}, "'sound'"), ({"limits": {}}, "no limits")]
)
def test_a_service_that_nobody_knows_is_refused(
    tmp_path: Path, settings: dict[str, Any], said: str
) -> None:
    model = write_image_model(tmp_path / "made")
    folder = write_image_service(tmp_path / "src", model, **settings)

    with pytest.raises(ModelBroken, match=said):
        open_service(folder)
