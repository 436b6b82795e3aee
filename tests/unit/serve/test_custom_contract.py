"""The forms of serving code, told by its text alone."""

from __future__ import annotations

import pytest

from aileron.serve.custom_contract import NotServing, form_of

FUNCTIONS = "def model_fn(d): ...\ndef input_fn(r): ...\ndef output_fn(p): ...\n"
AROUND = """\
class PredictWrapper:
    def preprocess(self, r): ...
    def postprocess(self, i, c): ...
"""


@pytest.mark.parametrize(
    ("source", "framework", "form", "name"),
    [
        (FUNCTIONS, "pytorch", "functions", "model_fn"),
        ("from mine import model_fn, input_fn\noutput_fn = print\n", "pytorch", "functions",
         "model_fn"),
        ("class PredictWrapper:\n    def predict(self, r): ...\n", "other", "predict",
         "PredictWrapper"),
        ("class PyModel:\n    def predict(self, r): ...\n", "sklearn", "predict", "PyModel"),
        ("from base import Base\nclass PyModel(Base):\n    pass\n", "other", "predict", "PyModel"),
        (AROUND, "onnx", "around", "PredictWrapper"),
        (FUNCTIONS + AROUND, "onnx", "around", "PredictWrapper"),
    ],
)  # fmt: skip
def test_serving_code_has_a_form(source: str, framework: str, form: str, name: str) -> None:
    assert form_of(source, framework) == (form, name)


@pytest.mark.parametrize(
    ("source", "framework", "problem"),
    [
        ("def model_fn(:", "pytorch", "it is no Python"),
        ("x = 1\n", "pytorch", "neither the class PredictWrapper or PyModel, nor model_fn"),
        ("def model_fn(d): ...\n", "pytorch", "lacks the function input_fn, output_fn"),
        ("class PredictWrapper:\n    pass\n", "other", "lacks the method predict"),
        ("class PredictWrapper:\n    def preprocess(self, r): ...\n", "onnx", "method postprocess"),
        (AROUND, "sklearn", "of framework onnx"),
    ],
)
def test_what_serving_code_lacks_is_named(source: str, framework: str, problem: str) -> None:
    with pytest.raises(NotServing, match=problem):
        form_of(source, framework)


def test_the_code_is_not_run() -> None:
    assert form_of(f"raise SystemExit\n{FUNCTIONS}", "pytorch")[0] == "functions"
