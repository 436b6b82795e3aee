"""The boot check passes what works, and says in a sentence what does not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from plugins.serving import MODELS
from plugins.tables import RecordingContext

from aileron.core.errors import AileronError, InvalidInput, StepFailed, Unavailable
from aileron.package.boot_check import BootCheck, BootCheckConfig

Packaged = Callable[[str], Path]
Copy = Callable[[Path], Path]
NewContext = Callable[..., RecordingContext]


@pytest.fixture(autouse=True)
def no_process_left() -> Iterator[None]:
    """A boot check ends all that it started; other fixtures' servers live on."""
    before = set(psutil.Process().children())
    yield
    assert set(psutil.Process().children()) <= before


@pytest.fixture
def check(
    serving_home: Path, new_context: NewContext, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[dict[str, Any], RecordingContext]]:
    """Runs the step over a package; the report and the context."""
    monkeypatch.setenv("AILERON_HOME", str(serving_home))

    def run(package: Path, **config: Any) -> tuple[dict[str, Any], RecordingContext]:
        context = new_context()
        outputs = BootCheck().run(context, BootCheckConfig(**config), {"package": package})
        assert (outputs["report"] / "report.html").read_text().startswith("<!doctype html>")
        return json.loads((outputs["report"] / "report.json").read_text()), context

    return run


Check = Callable[..., tuple[dict[str, Any], RecordingContext]]


@pytest.mark.parametrize("kind", MODELS)
def test_a_package_of_each_kind_passes(kind: str, packaged: Packaged, check: Check) -> None:
    report, context = check(packaged(kind))

    assert report["passed"] is True
    assert len(report["golden"]) == 7
    assert "uvloop" in report["imported"]
    assert "bentoml" not in report["imported"]
    assert {name for name, _, _ in context.points} >= {"environment_seconds", "ready_seconds"}


def test_the_same_package_gives_the_same_report(packaged: Packaged, check: Check) -> None:
    assert check(packaged("regression_ridge"))[0] == check(packaged("regression_ridge"))[0]


def test_its_speed_is_measured_on_so_many_cores(packaged: Packaged, check: Check) -> None:
    package = packaged("regression_ridge")

    report, context = check(package, measure_cores=(1, 2), measure_seconds=0.5)

    assert report == check(package)[0]
    curve = [step for name, step, value in context.points if "second" in name and value > 1]
    assert [step for step in curve if step] == [1, 2]
    slow = {step: value for name, step, value in context.points if name == "latency_p95_ms"}
    quick = {step: value for name, step, value in context.points if name == "latency_p50_ms"}
    assert all(0 < quick[cores] <= slow[cores] for cores in (1, 2))
    assert sum("requests per second" in line for line in context.lines) == 2


def test_more_cores_than_there_are_cannot_be_measured(packaged: Packaged, check: Check) -> None:
    sentence = refused(check, packaged("regression_ridge"), InvalidInput, measure_cores=(200,))

    assert "`measure_cores` asks for 200, and the boot check may use" in sentence


def refused(check: Check, package: Path, kind: type[AileronError], **config: Any) -> str:
    """The sentence with which the check refuses `package`."""
    with pytest.raises(kind) as caught:
        check(package, **config)
    return caught.value.render("en")


def test_a_missing_pin_is_found(packaged: Packaged, check: Check, copy_package: Copy) -> None:
    package = copy_package(packaged("binary_xgboost"))
    pins = (package / "requirements.txt").read_text().splitlines()
    kept = [line for line in pins if not line.startswith("scipy==")]
    (package / "requirements.txt").write_text("\n".join(kept) + "\n")

    sentence = refused(check, package, StepFailed)

    assert "did not start" in sentence
    assert "No module named 'scipy'" in sentence


def test_another_answer_is_found(packaged: Packaged, check: Check, copy_package: Copy) -> None:
    package = copy_package(packaged("binary_xgboost"))
    golden = json.loads((package / "golden.json").read_text())
    golden[1]["response"]["batch_results"][0]["score"] += 2e-5
    (package / "golden.json").write_text(json.dumps(golden))

    sentence = refused(check, package, StepFailed)

    assert "Golden request 2 (/predict) got another answer" in sentence
    assert "answer.batch_results[0].score is " in sentence


def test_a_request_that_is_refused_is_found(
    packaged: Packaged, check: Check, copy_package: Copy
) -> None:
    package = copy_package(packaged("binary_xgboost"))
    golden = json.loads((package / "golden.json").read_text())
    golden[0]["request"]["data"][0]["city"] = "Oz"
    (package / "golden.json").write_text(json.dumps(golden))

    assert "did not answer golden request 1 (/predict): 422" in refused(check, package, StepFailed)


def test_a_damaged_model_is_found(packaged: Packaged, check: Check, copy_package: Copy) -> None:
    package = copy_package(packaged("binary_xgboost"))
    (package / "src" / "model" / "model.ubj").write_bytes(b"other")

    assert "its digest differs" in refused(check, package, StepFailed)


def test_code_that_fails_is_found_with_its_last_words(
    packaged: Packaged, check: Check, copy_package: Copy
) -> None:
    package = copy_package(packaged("binary_xgboost"))
    with (package / "src" / "aileron_service" / "predict.py").open("a") as file:
        file.write("\nraise RuntimeError('spoilt')\n")

    assert "RuntimeError: spoilt" in refused(check, package, StepFailed)


def test_a_service_that_hangs_is_ended(
    packaged: Packaged, check: Check, copy_package: Copy
) -> None:
    package = copy_package(packaged("binary_xgboost"))
    with (package / "src" / "aileron_service" / "predict.py").open("a") as file:
        file.write("\nimport time\ntime.sleep(60)\n")

    assert "not ready after 1" in refused(check, package, StepFailed, ready_seconds=1)


def test_a_file_from_outside_is_found(
    packaged: Packaged, check: Check, copy_package: Copy, tmp_path: Path
) -> None:
    package = copy_package(packaged("binary_xgboost"))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "stray_helper.py").write_text("")
    with (package / "src" / "aileron_service" / "predict.py").open("a") as file:
        file.write(f"\nimport sys\nsys.path.append({str(outside)!r})\nimport stray_helper\n")

    assert "stray_helper.py" in refused(check, package, StepFailed)


def test_a_pin_that_nobody_offers_is_found(
    packaged: Packaged, check: Check, copy_package: Copy
) -> None:
    package = copy_package(packaged("binary_xgboost"))
    with (package / "requirements.txt").open("a") as file:
        file.write("orjson==0.0.0.dev999\n")

    sentence = refused(check, package, Unavailable)

    assert "environment cannot be built" in sentence
    assert "orjson" in sentence


def test_a_directory_that_is_no_package_is_refused(check: Check, tmp_path: Path) -> None:
    assert "package.json is missing" in refused(check, tmp_path, InvalidInput)
