"""The routes beside prediction: health, metadata, metrics, and the OpenAPI document."""

from collections.abc import Callable

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from plugins.serving import MODELS
from plugins.serving_app import LocalService

Local = Callable[[str], LocalService]


@pytest.mark.parametrize(
    "path", ["/livez", "/readyz", "/v2/health/live", "/v2/health/ready", "/v2/models/sample/ready"]
)
def test_health_routes_answer(local: Local, path: str) -> None:
    assert local("binary_xgboost").get(path).status_code == 200


def test_the_protocol_metadata_names_every_column_and_output(local: Local) -> None:
    service = local("binary_xgboost")

    assert set(service.get("/v2").json()) == {"name", "version", "extensions"}
    model = service.get("/v2/models/sample").json()

    assert [(i["name"], i["datatype"], i["shape"]) for i in model["inputs"]] == [
        ("age", "FP64", [-1]),
        ("income", "FP64", [-1]),
        ("city", "BYTES", [-1]),
        ("member", "BYTES", [-1]),
    ]
    assert [(o["name"], o["datatype"], o["shape"]) for o in model["outputs"]] == [
        ("label", "BYTES", [-1]),
        ("probabilities", "FP64", [-1, 2]),
    ]


def test_infer_takes_columns_of_shape_n_1_and_gives_the_outputs_that_are_asked_for(
    local: Local,
) -> None:
    service = local("regression_ridge")
    example = service.example
    flat = [
        {"name": name, "shape": [2, 1], "datatype": "FP32", "data": [value, value]}
        for name, value in example.items()
    ]
    nested = [entry | {"data": [[v] for v in entry["data"]]} for entry in flat]

    answers = [
        service.post(
            "/v2/models/sample/infer",
            {"id": "42", "inputs": inputs, "outputs": [{"name": "value"}], "parameters": {}},
        ).json()
        for inputs in (flat, nested)
    ]

    assert answers[0] == answers[1]
    assert answers[0]["id"] == "42"
    assert answers[0]["model_name"] == "sample"
    assert [o["name"] for o in answers[0]["outputs"]] == ["value"]
    assert answers[0]["outputs"][0]["shape"] == [2]


@pytest.mark.parametrize("kind", MODELS)
def test_the_openapi_document_describes_what_is_really_taken_and_given(
    kind: str, local: Local
) -> None:
    service = local(kind)
    document = service.get("/openapi.json").json()
    request = {"data": [service.example], "include_req": True}

    def valid(name: str, value: object) -> bool:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        return Draft202012Validator(schema).is_valid(value)

    assert valid("PredictRequest", request)
    assert valid("PredictResponse", service.post("/predict", request).json())
    assert valid("Error", service.post("/predict", {}).json())
    for name in service.example:
        lacking = {key: value for key, value in service.example.items() if key != name}
        assert not valid("PredictRequest", {"data": [lacking]})
    assert not valid("PredictRequest", {"data": [service.example | {"unknown": 1}]})
    metadata = service.get("/v2/models/sample").json()
    inputs = [
        {k: entry[k] for k in ("name", "datatype")}
        | {"shape": [1], "data": [service.example[entry["name"]]]}
        for entry in metadata["inputs"]
    ]
    assert valid("InferRequest", {"inputs": inputs})
    answer = service.post("/v2/models/sample/infer", {"inputs": inputs})
    assert valid("InferResponse", answer.json())


def test_the_document_is_valid_openapi_and_refers_to_schemas_that_exist(local: Local) -> None:
    document = local("multiclass_xgboost").get("/openapi.json").json()
    text = str(document)
    known = document["components"]["schemas"]

    validate(document)
    assert {"/predict", "/v2", "/v2/models/{name}/infer", "/readyz"} <= document["paths"].keys()
    for part in text.split("#/components/schemas/")[1:]:
        assert part.split("'")[0] in known
    for operations in document["paths"].values():
        for operation in operations.values():
            assert "422" not in operation["responses"]


def test_metrics_count_requests_by_route_and_status_never_by_raw_path(local: Local) -> None:
    service = local("multiclass_logistic")
    service.post("/predict", {"data": [service.example]})
    service.post("/predict", {})
    service.get("/v2/models/sample")
    service.get("/some/random/path")

    text = service.get("/metrics").text

    assert 'aileron_service_requests_total{route="/predict",status="200"}' in text
    assert 'aileron_service_requests_total{route="/predict",status="400"}' in text
    assert 'aileron_service_requests_total{route="/v2/models/{name}",status="200"}' in text
    assert 'route="other",status="404"' in text
    assert "random" not in text
    assert "aileron_service_request_seconds_bucket" in text
    assert "process_resident_memory_bytes" in text
