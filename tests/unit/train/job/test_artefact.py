"""What becomes of ./output: a MODEL that says all of its files, and how it is served."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from plugins.job_models import ADDS, VALUES, write_job_model
from plugins.tables import RecordingContext

from aileron.core.digest import digest_file
from aileron.core.errors import InvalidInput
from aileron.train.job.artefact import write_model
from aileron.train.job.metrics import Measured
from aileron.train.job.spec import JobWork

NOT_OF_IT = {"mlruns/0/meta.yaml": "", "tensorboard/runs/events": "", "checkpoints/1": ""}


def read(model: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((model / "model.json").read_text())
    return found


def test_a_model_has_every_file_with_its_digest_and_says_how_it_is_served(tmp_path: Path) -> None:
    model = write_job_model(
        tmp_path,
        code={"lib/serve.py": ADDS, "__pycache__/serve.pyc": "x"},
        output={"more.txt": "3", "deep/notes.txt": "n"} | NOT_OF_IT,
        sample=VALUES,
        module="lib/serve.py",
        requirements=["numpy==2.2.6"],
        measured=Measured(last={"accuracy": 0.5}, parameters={"lr": "0.1"}),
        parameters={"epochs": 3},
    )  # fmt: skip
    card = read(model)
    files = {one["path"]: one["digest"] for one in card["files"]}
    names = {"code/lib/serve.py", "code/sample.json", "files/more.txt", "files/deep/notes.txt"}
    assert files.keys() == names
    assert all(digest_file(model / path) == digest for path, digest in files.items())
    assert card["contract"] == "custom"
    assert card["serving"] == {
        "module": "code/lib/serve.py",
        "requirements": ["numpy==2.2.6"],
        "sample": VALUES,
    }
    assert card["metrics"] == {"accuracy": 0.5}
    assert card["parameters"] == {"lr": "0.1", "epochs": 3}


def test_a_job_that_says_nothing_of_a_model_leaves_none(tmp_path: Path) -> None:
    work = JobWork(command="true")
    assert write_model(RecordingContext(tmp_path), work, None, tmp_path, Measured()) is None


def test_serving_code_may_lie_in_output(tmp_path: Path) -> None:
    model = write_job_model(tmp_path, code={}, output={"serve.py": ADDS, "more.txt": "1"})
    assert read(model)["serving"]["module"] == "files/serve.py"


@pytest.mark.parametrize(
    ("changed", "message", "said"),
    [
        ({"module": "gone.py"}, "serving_file_missing", "gone.py"),
        ({"module": "../output/more.txt"}, "serving_file_missing", "more.txt"),
        ({"code": {"serve.py": "x = 1"}}, "not_serving", "PredictWrapper"),
        ({"requirements": ["numpy>=2"]}, "not_pinned", "numpy>=2"),
        ({"requirements": ["numpy==2.*"]}, "not_pinned", "numpy==2.*"),
        ({"requirements": ["-r other.txt"]}, "not_pinned", "-r other.txt"),
        ({"sample": [1, 2]}, "bad_sample", "list"),
    ],
)
def test_serving_that_cannot_work_is_refused_in_words(
    changed: dict[str, Any], message: str, said: str, tmp_path: Path
) -> None:
    given: dict[str, Any] = {"code": {"serve.py": ADDS}, "output": {"more.txt": "3"}}
    with pytest.raises(InvalidInput) as caught:
        write_job_model(tmp_path, **given | changed)
    assert caught.value.message_id == f"train.job.{message}"
    assert said in caught.value.render("en")
    assert said in caught.value.render("zh")
