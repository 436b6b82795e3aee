"""The JSON Schemas are current, and accept what the loader accepts."""

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from aileron.lifecycle.schema import schemas, text

ROOT = Path(__file__).parents[3]
FOLDERS = {
    "algorithm": "configs/algorithms/*/algorithm.yaml",
    "connections": "configs/connections.yaml",
    "images": "configs/images.yaml",
    "labels": "datasets/*/labels.yaml",
    "lifecycle": "configs/lifecycles/*.yaml",
    "limits": "configs/limits.yaml",
    "pipeline": "configs/pipelines/*.yaml",
    "pool": "configs/pools/*.yaml",
    "retention": "configs/retention.yaml",
    "environment": "configs/environments/*.yaml",
    "dataset": "datasets/*/dataset.yaml",
    "expectations": "datasets/*/expectations.yaml",
}


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_file_is_what_the_code_says_now(name: str) -> None:
    path = ROOT / "configs/schema" / f"{name}.schema.json"
    assert path.read_text(encoding="utf-8") == text(schemas()[name]), "run `make schemas`"


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_document_of_the_workspace_satisfies_its_schema(name: str) -> None:
    validator = Draft202012Validator(schemas()[name])
    Draft202012Validator.check_schema(schemas()[name])
    for path in sorted(ROOT.glob(FOLDERS[name])):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        errors = [error.message for error in validator.iter_errors(document)]
        assert not errors, (path, errors)


@pytest.mark.parametrize(
    "change",
    [
        {"trian": {}},
        {"split": {"tset": 0.2}},
        {"train": {"algorithm": "xgboost", "parameters": {"max_dept": 3}}},
        {"train": {"algorithm": "xgboost", "parameters": {"max_depth": "deep"}}},
        {"approve": "yes"},
    ],
)
def test_an_editor_would_mark_the_same_mistakes(change: dict[str, object]) -> None:
    path = ROOT / "configs/lifecycles/breast_cancer.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8")) | change
    assert list(Draft202012Validator(schemas()["lifecycle"]).iter_errors(document))
