"""Services of custom jobs: the three forms of serving code, refusals, and faults of the code."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from plugins.job_models import ADDS, VALUES, instances, torch_model, write_job_model
from plugins.serving_app import LocalService

from aileron.serve.model import ModelBroken

Serve = Callable[..., LocalService]


@pytest.fixture(autouse=True)
def _own_imports() -> Iterator[None]:
    """What serving code puts on the path and into the modules goes with the test."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if not hasattr(sys.modules[name], "__path__") and name in ("serve", "net", "other"):
            del sys.modules[name]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """The service of a job's model, in this process: `serve("code", **files_of_output)`."""

    def start(source: str = ADDS, **facts: Any) -> LocalService:
        facts = {"output": {"more.txt": "3"}, **facts}
        code = {"serve.py": source, **facts.pop("code", {})}
        model = write_job_model(tmp_path / "job", code=code, **facts)
        return local(model, tmp_path)

    return start


def local(model: Path, folder: Path) -> LocalService:
    source = folder / "package" / "src"
    sample = json.loads((model / "model.json").read_text())["serving"]["sample"]
    service = LocalService.of(model, source, contract="custom")
    if sample is not None:
        (source / "sample.json").write_text(json.dumps(sample))
    return service


def test_a_wrapper_answers(serve: Serve) -> None:
    answer = serve(sample=VALUES).post("/predict", VALUES)
    assert answer.status_code == 200
    assert answer.json() == {"results": [4.0, 5.5]}
    assert answer.headers["x-request-id"]


def test_functions_answer_instances_in_base64(tmp_path: Path) -> None:
    service = local(torch_model(tmp_path / "torch"), tmp_path)
    answer = service.post("/predict", instances((0, 0, 0), (1, 0, 0)))
    assert answer.status_code == 200
    first, second = answer.json()["predictions"]
    assert len(first) == 2
    assert first != second


def test_an_onnx_model_runs_between_preprocess_and_postprocess(
    serve: Serve, doubling_onnx: bytes
) -> None:
    around = """\
class PredictWrapper:
    def __init__(self, model_path):
        pass

    def preprocess(self, request, **args):
        return {"x": [[float(one) + args["shift"] for one in request["values"]]]}, {}, request

    def postprocess(self, results, context, **args):
        return {"doubled": results[0][0].tolist(), "of": context["values"]}
"""
    output = {"model.onnx": doubling_onnx, "preprocess_args.json": '{"shift": 1}'}
    answer = serve(around, framework="onnx", output=output).post("/predict", VALUES)
    assert answer.json() == {"doubled": [4.0, 7.0], "of": [1, 2.5]}


@pytest.mark.parametrize(
    ("returned", "answer"),
    [
        ("{'a': 1}", {"a": 1}),
        ("[1, 2]", {"results": [1, 2]}),
        ("3.5", {"result": 3.5}),
        ("'{\"a\": 2}'", {"a": 2}),
        ("'plain words'", {"result": "plain words"}),
        ("__import__('numpy').arange(3)", {"result": [0, 1, 2]}),
        ("None", {"result": None}),
    ],
)
def test_whatever_the_code_returns_becomes_an_object(
    serve: Serve, returned: str, answer: Any
) -> None:
    source = (
        "class PyModel:\n    def __init__(self, path, *a, **k): ...\n"
        f"    def predict(self, request): return {returned}\n"
    )
    assert serve(source).post("/predict", {}).json() == answer


REFUSING = """\
class CustomException(RuntimeError):
    def __init__(self, message, orig_error=None):
        super().__init__(message)
        self.message = message


class PredictWrapper:
    def __init__(self, model_path): ...

    def predict(self, request):
        if "values" not in request:
            raise CustomException("give `values`")
        if not request["values"]:
            raise ValueError("`values` is empty")
        return 1 / request["values"][0]
"""


@pytest.mark.parametrize(
    ("body", "said"),
    [({}, "give `values`"), ({"values": []}, "`values` is empty")],
)
def test_what_the_code_refuses_is_told_to_the_caller(serve: Serve, body: Any, said: str) -> None:
    answer = serve(REFUSING).post("/predict", body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, 336001)
    assert said in answer.json()["error_msg"]


def test_a_fault_of_the_code_is_a_500_with_an_id_and_its_trace_is_in_the_log(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    answer = serve(REFUSING).post("/predict", {"values": [0]})
    assert (answer.status_code, answer.json()["error_code"]) == (500, 336000)
    assert answer.headers["x-request-id"] in answer.json()["error_msg"]
    assert "ZeroDivisionError" not in answer.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("body", "status", "code"), [(b"", 400, 336002), (b"{", 400, 336002), (b"[]", 400, 336001)]
)
def test_what_is_no_object_never_reaches_the_code(
    serve: Serve, body: bytes, status: int, code: int
) -> None:
    answer = serve().post("/predict", body)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)


def test_tensors_are_refused_and_the_metadata_names_none(serve: Serve) -> None:
    service = serve()
    answer = service.post("/v2/models/sample/infer", {"inputs": []})
    assert answer.status_code == 404
    assert "POST /predict" in answer.json()["error_msg"]
    about = service.get("/v2/models/sample").json()
    assert (about["platform"], about["inputs"], about["outputs"]) == ("other", [], [])


def test_the_sample_is_shown_if_there_is_one(serve: Serve) -> None:
    assert serve(sample=VALUES).get("/sample").json() == VALUES


def test_a_missing_sample_is_said(serve: Serve) -> None:
    answer = serve().get("/sample")
    assert answer.status_code == 404
    assert "serving.sample" in answer.json()["error_msg"]


def test_the_openapi_document_is_one(serve: Serve) -> None:
    validate(serve().get("/openapi.json").json())


FAILING = {
    "at import": ("raise RuntimeError('no licence')\ndef model_fn(d): ...\n"
                  "def input_fn(r): ...\ndef output_fn(p): ...\n"),
    "when made": ("class PredictWrapper:\n    def __init__(self, path): exit(3)\n"
                  "    def predict(self, r): ...\n"),
    "elsewhere": "import nowhere\nclass PyModel:\n    def predict(self, r): ...\n",
}  # fmt: skip


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (FAILING["at import"], "RuntimeError: no licence"),
        (FAILING["when made"], "SystemExit: 3"),
        (FAILING["elsewhere"], "nowhere"),
    ],
)
def test_code_that_cannot_be_loaded_keeps_the_service_from_starting(
    serve: Serve, source: str, said: str
) -> None:
    with pytest.raises(ModelBroken, match=said):
        serve(source)


class Trap:
    """A pickle that says when it is opened."""

    def __reduce__(self) -> Any:
        return pytest.fail, ("it was opened before it was verified",)


@pytest.mark.parametrize("change", ["content", "missing", "additional", "code"])
def test_files_are_verified_before_any_code_runs(change: str, tmp_path: Path) -> None:
    source = (
        "import pickle\nclass PyModel:\n    def __init__(self, path):\n"
        "        pickle.load(open(path + '/clf.pickle', 'rb'))\n    def predict(self, r): ...\n"
    )
    output = {"clf.pickle": pickle.dumps(1), "labels.txt": "a"}
    model = write_job_model(tmp_path / "job", code={"serve.py": source}, output=output)
    if change == "content":
        (model / "files" / "clf.pickle").write_bytes(pickle.dumps(Trap()))
    elif change == "missing":
        (model / "files" / "labels.txt").unlink()
    elif change == "additional":
        (model / "files" / "more.txt").write_text("x")
    else:
        (model / "code" / "serve.py").write_text("import pytest\npytest.fail('it ran')\n")
    with pytest.raises(ModelBroken, match=r"differ|digest"):
        local(model, tmp_path)


def test_a_model_without_serving_code_is_not_served(tmp_path: Path) -> None:
    model = write_job_model(tmp_path / "job", code={"serve.py": ADDS}, output={"more.txt": "1"})
    card = json.loads((model / "model.json").read_text())
    (model / "model.json").write_text(json.dumps(card | {"serving": None}))
    with pytest.raises(ModelBroken, match="no `serving`"):
        LocalService.of(model, tmp_path / "src", contract="custom")


@pytest.fixture
def doubling_onnx() -> bytes:
    """A graph that doubles the matrix `x`."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    ports = [helper.make_tensor_value_info(name, kind, ["n", "m"]) for name in ("x", "y")]
    node = helper.make_node("Add", ["x", "x"], ["y"])
    graph = helper.make_graph([node], "doubling", ports[:1], ports[1:])
    opset = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString())
