"""The MLflow form of a model: an MLmodel file with flavours, signature, example, requirements.

`mlflow.pyfunc.load_model` takes raw rows and answers as the service does, by code that
travels with the model; `mlflow.xgboost.load_model` gives the bare booster, which takes the
encoded matrix. What is different for pictures lies in `aileron.registry.image_form`.
Format: https://mlflow.org/docs/latest/ml/model/.
"""

from __future__ import annotations

import importlib.resources
import json
import platform
import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import yaml

from aileron.registry import custom_form, image_form

CODE_PACKAGE: Final = "aileron_model"
_SIBLING: Final = re.compile(r"^\s*from \.(\w+) import ", re.MULTILINE)
_TYPES: Final = {
    "number": "double",
    "category": "string",
    "boolean": "boolean",
    "date": "string",
    "text": "string",
}


def column(feature: Mapping[str, Any]) -> dict[str, Any]:
    """A feature of model.json as a column of an MLflow schema."""
    return {"type": _TYPES[feature["type"]], "name": feature["name"], "required": True}


def is_image(card: Mapping[str, Any]) -> bool:
    """Whether model.json is of a model of pictures."""
    return card.get("contract") == "image"


def write_mlflow_model(
    model: Path, target: Path, *, model_id: str, run_id: str, digest: str
) -> None:
    """Write the MODEL artifact `model` into the empty folder `target`, as MLflow wants it."""
    card = json.loads((model / "model.json").read_text(encoding="utf-8"))
    shutil.copytree(model, target / "data", copy_function=shutil.copyfile)
    describe = _of_custom if custom_form.is_custom(card) else _of_contract
    shown = describe(target, card)
    document = {
        "artifact_path": f"models:/{model_id}",
        **shown,
        "mlflow_version": version("mlflow"),
        "model_id": model_id,
        "model_size_bytes": sum(f.stat().st_size for f in target.rglob("*") if f.is_file()),
        "model_uuid": model_id,
        "run_id": run_id,
        "metadata": {"aileron_digest": digest, "algorithm": card["algorithm"]},
        "utc_time_created": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}",
    }
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    (target / "MLmodel").write_text(text, encoding="utf-8")


def _of_custom(target: Path, card: Mapping[str, Any]) -> dict[str, Any]:
    """What MLmodel says of a custom job's model: no code and no example, as none is ours."""
    _write_environment(target, custom_form.requirements(card))
    return {"flavors": custom_form.flavors(card)}


def _of_contract(target: Path, card: Mapping[str, Any]) -> dict[str, Any]:
    """What MLmodel says of a model that a step of the platform has trained."""
    _write_code(target / "code" / _package(card), _loader(card))
    _write_example(target, image_form.example(card) if is_image(card) else card["input_example"])
    _write_environment(target, [*card["requirements"], *_pinned("mlflow", "pandas")])
    example = {
        "artifact_path": "input_example.json",
        "pandas_orient": "split",
        "serving_input_path": "serving_input_example.json",
        "type": "dataframe",
    }
    return {
        "flavors": _flavors(card),
        "saved_input_example_info": example,
        "signature": _signature(card),
    }


def _flavors(card: Mapping[str, Any]) -> dict[str, Any]:
    versions = card["library_versions"]
    function = {
        "loader_module": f"{_package(card)}.{_loader(card)}",
        "data": "data",
        "code": "code",
        "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
        "python_version": platform.python_version(),
    }
    if is_image(card):
        name, entry = image_form.flavor(card)
        return {"python_function": function, name: entry}
    file = f"data/{card['file']}"
    if card["framework"] == "xgboost":
        own = {
            "data": file,
            "model_class": "xgboost.core.Booster",
            "model_format": "ubj",
            "xgb_version": versions["xgboost-cpu"],
            "code": None,
        }
        return {"python_function": function, "xgboost": own}
    own = {
        "pickled_model": file,
        "serialization_format": "skops",
        "skops_trusted_types": ["numpy.dtype"],
        "sklearn_version": versions["scikit-learn"],
        "code": None,
    }
    return {"python_function": function, "sklearn": own}


def _signature(card: Mapping[str, Any]) -> dict[str, Any]:
    if is_image(card):
        ports = {"inputs": image_form.inputs(), "outputs": image_form.outputs(card)}
        return {name: json.dumps(columns) for name, columns in ports.items()} | {"params": None}
    if card["classes"] is None:
        outputs = [("double", "value")]
    else:
        named = [
            label if isinstance(label, str) else json.dumps(label) for label in card["classes"]
        ]
        shares = [("double", f"probability_{name}") for name in named]
        outputs = [("string", "label"), ("double", "score"), *shares]
    return {
        "inputs": json.dumps([column(feature) for feature in card["features"]]),
        "outputs": json.dumps(
            [{"type": kind, "name": name, "required": True} for kind, name in outputs]
        ),
        "params": None,
    }


def _loader(card: Mapping[str, Any]) -> str:
    """The module of `aileron.serve` that loads such a model for MLflow."""
    return image_form.LOADER if is_image(card) else "pyfunc"


def _package(card: Mapping[str, Any]) -> str:
    """Where its code lies; a name per contract, so that one process can load both."""
    return image_form.CODE_PACKAGE if is_image(card) else CODE_PACKAGE


def _write_code(folder: Path, loader: str) -> None:
    """Copy the module `loader` of `aileron.serve`, and the siblings that it needs."""
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("", encoding="utf-8")
    sources = importlib.resources.files("aileron.serve")
    todo, done = [loader], set[str]()
    while todo:
        name = todo.pop()
        if name not in done:
            done.add(name)
            text = sources.joinpath(f"{name}.py").read_text(encoding="utf-8")
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
            todo += _SIBLING.findall(text)


def _write_example(target: Path, example: Mapping[str, Any]) -> None:
    split = {"columns": list(example), "data": [list(example.values())]}
    (target / "input_example.json").write_text(json.dumps(split), encoding="utf-8")
    serving = json.dumps({"dataframe_split": split}, indent=1)
    (target / "serving_input_example.json").write_text(serving, encoding="utf-8")


def _write_environment(target: Path, requirements: list[str]) -> None:
    python = platform.python_version()
    (target / "requirements.txt").write_text("\n".join(requirements) + "\n", encoding="utf-8")
    environment = {"python": python, "dependencies": ["-r requirements.txt"]}
    (target / "python_env.yaml").write_text(yaml.safe_dump(environment), encoding="utf-8")
    conda = {
        "name": "mlflow-env",
        "channels": ["conda-forge"],
        "dependencies": [f"python={python}", "pip", {"pip": requirements}],
    }
    (target / "conda.yaml").write_text(yaml.safe_dump(conda), encoding="utf-8")


def _pinned(*distributions: str) -> list[str]:
    return [f"{name}=={version(name)}" for name in distributions]
