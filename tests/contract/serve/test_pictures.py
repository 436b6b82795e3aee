"""The image contract: a picture in, names and scores out, the best first (BML-IAPI-01, 02)."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from PIL import Image
from plugins.image_models import COLOURS, base64_of, encoded, picture
from plugins.image_services import local_pictures
from plugins.serving_app import LocalService

Local = Callable[[str], LocalService]
RED, BLUE = picture("red"), picture("blue")


def ask(service: LocalService, data: bytes = RED, **parameters: Any) -> Any:
    answer = service.post("/predict", {"image": base64_of(data), **parameters})
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(answer: Any) -> list[str]:
    return [result["name"] for result in answer["results"]]


def test_one_label_answers_the_best_classes_first(local_image: Local) -> None:
    answer = ask(local_image("single_label"))

    assert answer.keys() == {"log_id", "results"}
    assert names(answer)[0] == "red"
    assert set(names(answer)) == set(COLOURS)
    scores = [result["score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("top_num", "count"), [(1, 1), (2, 2), (2.0, 2), (100, 3)])
def test_top_num_is_how_many_at_most(local_image: Local, top_num: float, count: int) -> None:
    assert len(ask(local_image("single_label"), top_num=top_num)["results"]) == count


def test_without_top_num_six_are_given(tmp_path: Path) -> None:
    weights = np.random.default_rng(1).normal(size=(3, 9))
    classes = [f"class {i}" for i in range(9)]

    assert len(ask(local_pictures(tmp_path, classes=classes, weights=weights))["results"]) == 6


def test_many_labels_answer_those_from_the_threshold_on(local_image: Local) -> None:
    service = local_image("multi_label")
    yellow = picture("yellow")

    assert set(names(ask(service, yellow))) == {"red", "green"}
    assert set(names(ask(service, yellow, threshold=0))) == set(COLOURS)
    assert names(ask(service, picture("black"), threshold=0.5)) == []


def test_the_default_threshold_is_the_models_own(tmp_path: Path) -> None:
    low = local_pictures(tmp_path / "low", "multi_label", threshold=0.0001)

    assert set(names(ask(low))) == set(COLOURS)
    assert names(ask(low, threshold=0.9)) == ["red"]


@pytest.mark.parametrize(
    "content_type",
    ["image/png", "image/jpeg; charset=binary", "IMAGE/*", "application/octet-stream", None],
)
def test_the_files_own_bytes_answer_as_base64_does(
    local_image: Local, content_type: str | None
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    service = local_image("single_label")

    raw = service.post("/predict", BLUE, headers=headers, params={"top_num": "2"}).json()

    assert raw["results"] == ask(service, BLUE, top_num=2)["results"]


def test_a_threshold_may_stand_in_the_query(local_image: Local) -> None:
    service = local_image("multi_label")
    headers = {"content-type": "image/png"}

    answers = [
        names(service.post("/predict", RED, headers=headers, params={"threshold": t}).json())
        for t in ("0.9", "0", "1e-9")
    ]

    assert answers == [["red"], names(ask(service, threshold=0)), names(ask(service, threshold=0))]


def animation(form: str) -> bytes:
    frames = [Image.new("RGB", (32, 24), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, form, save_all=True, append_images=frames[1:])
    return file.getvalue()


def turned() -> bytes:
    """Half red, half blue; its notes say that it lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture("red", form="JPEG", exif=exif)


def deep() -> bytes:
    ramp = np.full((24, 32), 60_000, dtype=np.uint16)
    return encoded(Image.fromarray(ramp))


PICTURES: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: picture(form="JPEG"),
    "BMP": lambda: picture(form="BMP"),
    "WebP": lambda: picture(form="WEBP"),
    "TIFF": lambda: picture(form="TIFF"),
    "CMYK": lambda: encoded(Image.new("RGB", (32, 24), "red").convert("CMYK"), "JPEG"),
    "palette": lambda: encoded(Image.new("RGB", (32, 24), "red").convert("P"), "PNG"),
    "animated GIF": lambda: animation("GIF"),
    "animated WebP": lambda: animation("WEBP"),
    "EXIF": turned,
    "progressive": lambda: picture(form="JPEG", progressive=True),
    "4096 pixels": lambda: picture(size=(4096, 15), form="JPEG"),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_red_is_red_in_every_format_and_mode(local_image: Local, kind: str) -> None:
    assert names(ask(local_image("single_label"), PICTURES[kind]()))[0] == "red"


def test_sixteen_bits_are_taken(local_image: Local) -> None:
    scores = [result["score"] for result in ask(local_image("single_label"), deep())["results"]]

    assert scores == pytest.approx([1 / 3] * 3)


def test_base64_may_be_broken_into_lines(local_image: Local) -> None:
    text = base64_of(RED)
    lines = "\r\n".join(text[i : i + 76] for i in range(0, len(text), 76))

    answer = local_image("single_label").post("/predict", {"image": lines})

    assert names(answer.json())[0] == "red"


def test_the_service_offers_a_request_that_it_answers(local_image: Local) -> None:
    for task in ("single_label", "multi_label"):
        service = local_image(task)
        sample = service.get("/sample").json()

        assert (
            names(service.post("/predict", sample).json())
            == ["red", "green", "blue"][: 3 if task == "single_label" else 1]
        )


def test_a_table_service_offers_one_too(local: Local) -> None:
    service = local("multiclass_logistic")

    answer = service.post("/predict", service.get("/sample").json())

    assert len(answer.json()["batch_results"]) == 1


def tensor(*pictures: bytes, **changed: Any) -> dict[str, Any]:
    data = [base64_of(data) for data in pictures]
    entry = {"name": "image", "shape": [len(data)], "datatype": "BYTES", "data": data}
    return {"inputs": [entry | changed]}


def infer(service: LocalService, request: dict[str, Any]) -> Any:
    return service.post("/v2/models/sample/infer", request).json()


def test_the_open_inference_protocol_takes_several_pictures(local_image: Local) -> None:
    answer = infer(local_image("single_label"), tensor(RED, BLUE) | {"id": "7"})

    outputs = {output["name"]: output for output in answer["outputs"]}
    assert answer["id"] == "7"
    assert answer["model_name"] == "sample"
    assert outputs["label"]["data"] == ["red", "blue"]
    assert outputs["probabilities"]["shape"] == [2, 3]
    assert len(outputs["probabilities"]["data"]) == 6


def test_many_labels_are_chosen_in_the_protocol_too(local_image: Local) -> None:
    request = tensor(RED, picture("yellow")) | {"outputs": [{"name": "chosen"}]}

    (output,) = infer(local_image("multi_label"), request)["outputs"]

    assert output["datatype"] == "BOOL"
    assert output["shape"] == [2, 3]
    assert output["data"] == [True, False, False, True, True, False]


def test_the_shape_n_1_is_taken(local_image: Local) -> None:
    request = tensor(RED, shape=[1, 1], data=[[base64_of(RED)]])

    assert infer(local_image("single_label"), request)["outputs"][0]["data"] == ["red"]


@pytest.mark.parametrize("task", ["single_label", "multi_label"])
def test_the_openapi_document_describes_what_is_really_taken_and_given(
    task: str, local_image: Local
) -> None:
    service = local_image(task)
    document = service.get("/openapi.json").json()
    option = {"single_label": {"top_num": 2}, "multi_label": {"threshold": 0.5}}[task]

    def valid(name: str, value: object) -> bool:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        return Draft202012Validator(schema).is_valid(value)

    validate(document)
    assert valid("PredictRequest", service.get("/sample").json())
    assert valid("PredictRequest", {"image": base64_of(RED), **option})
    assert not valid("PredictRequest", {"image": base64_of(RED), "colour": 1})
    assert not valid("PredictRequest", option)
    assert valid("PredictResponse", ask(service))
    assert valid("InferRequest", tensor(RED, BLUE))
    assert valid("InferResponse", infer(service, tensor(RED, BLUE)))
    assert valid("Error", service.post("/predict", {}).json())
    predict = document["paths"]["/predict"]["post"]
    assert set(predict["requestBody"]["content"]) >= {"application/json", "image/*"}
    assert [parameter["name"] for parameter in predict["parameters"]] == list(option)
    known = document["components"]["schemas"]
    for part in str(document).split("#/components/schemas/")[1:]:
        assert part.split("'")[0] in known


def test_the_metadata_names_the_classes(local_image: Local) -> None:
    model = local_image("single_label").get("/v2/models/sample").json()

    assert [(i["name"], i["datatype"], i["shape"]) for i in model["inputs"]] == [
        ("image", "BYTES", [-1])
    ]
    assert model["outputs"][1]["parameters"]["classes"] == list(COLOURS)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/v2/health/ready", "/metrics", "/v2"])
def test_the_routes_beside_prediction_answer(local_image: Local, path: str) -> None:
    assert local_image("single_label").get(path).status_code == 200
