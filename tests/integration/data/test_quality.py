"""Real datasets of every kind: each has a profile, and meets the suite proposed from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import Notebook, Workbench
from plugins.picture_folders import Gallery, tarred
from plugins.shared_data import shared
from plugins.text_sets import Library

from aileron.data.audio.ingest import IngestAudio, IngestAudioConfig
from aileron.data.quality.personal.step import PersonalData, PersonalDataConfig
from aileron.data.quality.profile import Profile, read_profile
from aileron.data.quality.proposal import propose_suite
from aileron.data.quality.step import ProfileConfig, ProfileDataset
from aileron.data.validate import ValidateConfig, ValidateDataset

PAGE = Path(__file__).parents[3] / "docs/how-to/data-quality.md"
ADULT = """age workclass fnlwgt education education_num marital_status occupation relationship
race sex capital_gain capital_loss hours_per_week native_country income"""
HOUSING = "crim zn indus chas nox rm age dis rad tax ptratio b lstat medv"


def table(workbench: Workbench, path: str, names: str, **config: Any) -> Path:
    source = workbench.new()
    shutil.copy(shared(path), source)
    return workbench.ingest_folder(source, {"header": False, "names": names.split()} | config)


def adult(folder: Path) -> Path:
    options = {"name": "adult", "missing": ["?"], "target": "income", "task": "classification"}
    return table(Workbench(folder), "adult_income/adult-train.csv", ADULT, **options)


def housing(folder: Path) -> Path:
    options = {"name": "housing", "target": "medv", "task": "regression"}
    return table(Workbench(folder), "housing/housing.csv", HOUSING, **options)


def insulators(folder: Path) -> Path:
    return Gallery(folder).ingest(shared("insulators"), name="insulators", task="detection").folder


def hotel_reviews(folder: Path) -> Path:
    path = shared("hotel_reviews_zh/ChnSentiCorp_htl_all.csv")
    return Library(folder).ingest_file(path.name, path.read_bytes(), name="reviews").folder


def msra(folder: Path) -> Path:
    path = shared("msra_ner_zh/dh_msra.zip")
    config = {"name": "msra", "task": "sequence_labelling"}
    return Library(folder).ingest_file(path.name, path.read_bytes(), **config).folder


def spoken_digits(folder: Path) -> Path:
    source = folder / "source"
    source.mkdir(parents=True)
    files = sorted(shared("spoken_digits").glob("*.wav"))
    tarred(
        source / "digits.tar", {f"{path.name[0]}/{path.name}": path.read_bytes() for path in files}
    )
    config = IngestAudioConfig.model_validate({"name": "digits"})
    return IngestAudio().run(Notebook(folder), config, {"source": source})["dataset"]


Made = Callable[[Callable[[Path], Path]], Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The dataset that a function makes; each is made once."""
    kept: dict[str, Path] = {}

    def of(make: Callable[[Path], Path]) -> Path:
        name = make.__name__
        if name not in kept:
            kept[name] = make(tmp_path_factory.mktemp(name) / "dataset")
        return kept[name]

    return of


def profiled(dataset: Path, folder: Path) -> Profile:
    folder.mkdir()
    report = ProfileDataset().run(Notebook(folder), ProfileConfig(), {"dataset": dataset})["report"]
    assert (report / "report.html").stat().st_size < 2 << 20
    return read_profile(report)


@pytest.mark.parametrize(
    ("make", "rows", "columns"),
    [
        (adult, 32561, {"age", "workclass", "income"}),
        (housing, 506, {"crim", "medv"}),
        (insulators, 360, {"sharpness", "brightness", "objects", "box_share"}),
        (hotel_reviews, 7765, {"characters", "script", "label"}),
        (msra, 55289, {"tokens", "script", "repeats"}),
        (spoken_digits, 800, {"seconds", "loudness", "silence_share"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_it_is_profiled_and_meets_its_proposed_suite(
    make: Callable[[Path], Path], rows: int, columns: set[str], made: Made, tmp_path: Path
) -> None:
    dataset = made(make)
    found = profiled(dataset, tmp_path / "profile")
    assert found.rows == rows
    assert columns <= {column.name for column in found.columns}
    suite = propose_suite(found, found)
    work = tmp_path / "validation"
    work.mkdir()
    context = Notebook(work)
    engine = "duckdb" if rows > 1000 else "great_expectations"
    config = ValidateConfig.model_validate({"expectations": suite, "engine": engine})
    ValidateDataset().run(context, config, {"dataset": dataset})
    assert [line for line in context.lines if not line.startswith("passed")] == []


def test_what_is_wrong_with_real_data_is_found(made: Made, tmp_path: Path) -> None:
    pictures = profiled(made(insulators), tmp_path / "pictures")
    assert pictures.repeats is not None
    assert pictures.repeats.examples == (("normal/1608.jpg", "normal/1938.jpg"),)
    people = profiled(made(adult), tmp_path / "people")
    assert people.repeats is not None
    assert people.repeats.groups == 23
    assert {"repeats", "far_values"} <= {finding.id for finding in people.findings}


def test_personal_data_in_real_reviews_is_rare_and_masked(made: Made, tmp_path: Path) -> None:
    dataset = made(hotel_reviews)
    context = Notebook(tmp_path / "before")
    config = PersonalDataConfig.model_validate({"action": "mask"})
    outputs = PersonalData().run(context, config, {"dataset": dataset})
    after = Notebook(tmp_path / "after")
    report = PersonalDataConfig()
    PersonalData().run(after, report, {"dataset": outputs["dataset"]})
    assert any(line.startswith("text: phone") for line in context.lines)
    assert after.lines == ["nothing was changed"]
