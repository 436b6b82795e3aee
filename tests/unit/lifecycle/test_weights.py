"""The folder of a backbone becomes a source of the plan, by its content; or is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from aileron.core.errors import InvalidInput
from aileron.core.settings import Settings
from aileron.lifecycle.findings import lint
from aileron.lifecycle.planning import resolve

FILES = ("config.json", "preprocessor_config.json", "model.safetensors")
WriteLifecycle = Callable[[str], Settings]


@pytest.fixture
def write_lifecycle(tmp_path: Path) -> WriteLifecycle:
    """``write_lifecycle(weights)``: a workspace whose lifecycle tunes a backbone on digits."""
    documents: dict[str, dict[str, Any]] = {
        "datasets/tens/dataset.yaml": {
            "apiVersion": "aileron/v1",
            "kind": "Dataset",
            "modality": "image",
            "name": "tens",
            "task": "classification",
            "source": {"sample": "digits"},
        },
        "configs/lifecycles/tuned.yaml": {
            "apiVersion": "aileron/v1",
            "kind": "Lifecycle",
            "name": "tuned",
            "dataset": "tens",
            "register": {"model": "tuned"},
            "train": {"algorithm": "image_backbone", "parameters": {"weights": ""}},
        },
    }

    def write(weights: str) -> Settings:
        for name, document in documents.items():
            if "train" in document:
                document["train"]["parameters"]["weights"] = weights
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump(document))
        return Settings.model_validate({"workspace": tmp_path, "home": tmp_path / "home"})

    return write


def folder_of(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("{}")


def test_other_weights_at_the_same_path_are_another_source(
    write_lifecycle: WriteLifecycle, tmp_path: Path
) -> None:
    settings = write_lifecycle("backbones/small")
    folder_of(tmp_path / "backbones" / "small", *FILES, "README.md")
    first = resolve(settings, "tuned", run_id="r", actor="ann")
    assert first.node("train").inputs["weights"] == "source:weights"
    (tmp_path / "backbones" / "small" / FILES[2]).write_text("other weights")
    second = resolve(settings, "tuned", run_id="r", actor="ann")
    assert first.sources["weights"].digest != second.sources["weights"].digest
    assert first.sources["dataset"] == second.sources["dataset"]


def test_lint_says_what_is_wrong_with_the_folder(
    write_lifecycle: WriteLifecycle, tmp_path: Path
) -> None:
    folder_of(tmp_path / "pickled", *FILES[:2], "pytorch_model.bin")
    for weights, sentence in (("some/hub", "nothing is downloaded"), ("pickled", "can run code")):
        findings = lint(write_lifecycle(weights), "tuned")
        said = [str(finding.error) for finding in findings if finding.severity == "error"]
        assert any(sentence in one and "tuned.yaml:" in one for one in said), said


def test_a_run_without_its_weights_is_refused(write_lifecycle: WriteLifecycle) -> None:
    with pytest.raises(InvalidInput, match="is no folder"):
        resolve(write_lifecycle("some/hub"), "tuned", run_id="r", actor="ann")
