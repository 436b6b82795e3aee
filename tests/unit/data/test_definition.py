"""Dataset definitions: what is accepted, and the sentence for each thing that is not."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from pydantic import BaseModel

from aileron.core.errors import InvalidInput, NotFound
from aileron.data.audio.ingest import IngestAudioConfig
from aileron.data.definition import (
    dataset_folder,
    defined_datasets,
    ingest_config,
    load_definition,
    load_expectations,
    resolve_source,
)
from aileron.data.images.ingest import IngestImagesConfig
from aileron.data.ingest import IngestConfig
from aileron.data.source_specs import FilesSourceSpec
from aileron.data.texts.ingest import IngestTextsConfig

REPOSITORY = Path(__file__).parents[3]
GOOD = """\
apiVersion: aileron/v1
kind: Dataset
name: cars
source: {file: data/cars.csv}
target: fast
task: classification
"""


def write(folder: Path, text: str = GOOD, name: str = "cars") -> Path:
    home = folder / "datasets" / name
    home.mkdir(parents=True)
    (home / "dataset.yaml").write_text(dedent(text), encoding="utf-8")
    return home


def test_the_shipped_definition_loads_and_configures_ingest() -> None:
    folder = dataset_folder(REPOSITORY, "breast_cancer")
    definition = load_definition(folder)
    config = IngestConfig.model_validate(ingest_config(definition))
    assert config.classes == ("benign", "malignant")
    assert config.target == "diagnosis"
    assert {e.severity for e in load_expectations(folder)} == {"critical", "warning"}


def test_every_shipped_dataset_is_listed() -> None:
    assert "breast_cancer" in defined_datasets(REPOSITORY)


def test_an_unknown_dataset_is_refused_with_the_close_name(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(NotFound, match=r"no dataset car; did you mean cars\?"):
        dataset_folder(tmp_path, "car")


def resolved(folder: Path, home: Path) -> dict[str, Path]:
    source = load_definition(folder).source
    return resolve_source(source, folder, home, str(folder / "dataset.yaml"))


def test_a_file_is_found_relative_to_the_folder_of_its_definition(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "data").mkdir()
    (folder / "data" / "cars.csv").write_text("a\n")
    found = resolved(folder, tmp_path / "home")
    assert found == {"cars.csv": folder / "data" / "cars.csv"}


def test_a_test_file_lies_beside_the_data_in_the_artifact(tmp_path: Path) -> None:
    text = GOOD.replace("{file: data/cars.csv}", "{file: cars.csv, test_file: other/cars.csv}")
    folder = write(tmp_path, text)
    (folder / "other").mkdir()
    (folder / "cars.csv").write_text("a\n")
    with pytest.raises(InvalidInput, match=r"no file .*other/cars.csv. Correct source.test_file"):
        resolved(folder, tmp_path / "home")
    (folder / "other" / "cars.csv").write_text("b\n")
    found = resolved(folder, tmp_path / "home")
    assert found == {
        "data/cars.csv": folder / "cars.csv",
        "test/cars.csv": folder / "other" / "cars.csv",
    }


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path)
    with pytest.raises(InvalidInput, match=r"dataset.yaml: There is no file .*data/cars.csv"):
        resolved(folder, tmp_path / "home")


@pytest.mark.parametrize(
    ("file", "wanted"),
    [("a.parquet", "parquet"), ("a.TSV", "tsv"), ("a.jsonl", "jsonl"), ("a.xlsx", "excel"),
     ("a.data", "csv")],
)  # fmt: skip
def test_the_end_of_a_file_name_says_its_format(tmp_path: Path, file: str, wanted: str) -> None:
    folder = write(tmp_path, GOOD.replace("cars.csv", file))
    assert load_definition(folder).format == wanted


@pytest.mark.parametrize("sample", ["breast_cancer", "diabetes", "iris", "wine"])
def test_a_sample_is_written_once_and_always_the_same(tmp_path: Path, sample: str) -> None:
    folder = write(tmp_path, GOOD.replace("file: data/cars.csv", f"sample: {sample}"))
    first = resolved(folder, tmp_path / "one")[f"{sample}.csv"]
    written = first.stat().st_mtime_ns
    assert resolved(folder, tmp_path / "one") == {f"{sample}.csv": first}
    assert first.stat().st_mtime_ns == written
    other = resolved(folder, tmp_path / "two")[f"{sample}.csv"]
    assert other.read_bytes() == first.read_bytes()
    assert len(first.read_text().splitlines()) > 100


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("kind: Dataset", "kind: Model"), "dataset.yaml:2: kind is 'Model'"),
        (("target: fast\n", ""), "classification needs a `target`"),
        (
            ("target:", "ownr: me\ntarget:"),
            r"dataset.yaml:5: There is no field ownr; did you mean owner\?",
        ),
        (("name: cars", "name: Cars"), "is not a name"),
        (("name: cars", "name: cats"), "named cats and its folder cars"),
        (("{file: data/cars.csv}", "{}"), "give one of `file`, `sample`"),
        (("file: data/cars.csv", "sample: titanic"), "dataset.yaml:4: source.sample is 'titanic'"),
        (("task: classification", "task: ranking"), "dataset.yaml:6: task is 'ranking'"),
        (("target:", "header: false\nformat: jsonl\ntarget:"), "`header: false` belongs to csv"),
        (("target:", "names: [a]\ntarget:"), "`names` belongs to csv, tsv and excel"),
        (("target:", "format: parquet\ndelimiter: ';'\ntarget:"), "`delimiter` belongs to csv"),
        (("target:", "sheet: One\ntarget:"), "`sheet` belongs to excel"),
        (("target:", "columns: {a: {formats: ['%d']}}\ntarget:"), "belongs to type date"),
        (("target:", "columns: {a: {unit: '%'}}\ntarget:"), "belong to type number"),
        (("target:", "encoding: utf-99\ntarget:"), "encoding is 'utf-99': no such encoding"),
        (("target:", "delimiter: ',,'\ntarget:"), "delimiter is ',,'"),
        (("task: classification", "task: regression\nclasses: [a, b]"), "`classes` belongs to a"),
        (("target:", "table: one\ntarget:"), "`table` belongs to sqlite"),
        (("target:", "time_column: day\ntarget:"), "`time_column` belongs to forecasting"),
        (("target:", "series: [a]\ntarget:"), "`series` belongs to forecasting"),
        (("task: classification", "task: clustering"), "clustering has no `target`"),
        (("task: classification", "task: forecasting"), "forecasting, which needs one"),
        (("target:", "id_column: fast\ntarget:"), "'fast' can be one of `target`"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    folder = write(tmp_path, GOOD.replace(*change))
    with pytest.raises(InvalidInput, match=sentence):
        load_definition(folder)


def test_no_expectations_file_means_no_expectations(tmp_path: Path) -> None:
    assert load_expectations(write(tmp_path)) == ()


def test_an_expectation_of_unknown_severity_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "expectations.yaml").write_text(
        "apiVersion: aileron/v1\nkind: ExpectationSuite\nexpectations:\n"
        "  - type: expect_column_to_exist\n    severity: fatal\n"
    )
    with pytest.raises(InvalidInput, match=r"expectations.yaml:5: expectations.0.severity"):
        load_expectations(folder)


@pytest.mark.parametrize(
    ("text", "kind", "step"),
    [
        (
            "modality: text\nsource: {file: reviews.csv}\nformat: text_csv\n",
            "text",
            IngestTextsConfig,
        ),
        ("modality: text\nsource: {folder: texts}\ntask: entities\n", "text", IngestTextsConfig),
        (
            "modality: audio\nsource: {archive: a.zip}\nlimits: {audio: {max_seconds: 5}}\n",
            "audio",
            IngestAudioConfig,
        ),
        ("modality: image\nsource: {folder: a}\nrepeats: drop\n", "image", IngestImagesConfig),
    ],
)
def test_each_modality_configures_its_ingest(
    tmp_path: Path, text: str, kind: str, step: type[BaseModel]
) -> None:
    head = "apiVersion: aileron/v1\nkind: Dataset\nname: cars\n"
    definition = load_definition(write(tmp_path, head + text))
    assert definition.modality == kind
    step.model_validate(ingest_config(definition))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("modality: text\nsource: {}\n", "give one of `folder`, `archive`, `file`"),
        ("modality: text\nsource: {file: a, folder: b}\n", "give one of `folder`"),
        ("modality: audio\nsource: {sample: digits}\n", "There is no field source.sample"),
        ("modality: video\nsource: {file: a}\n", "one of: table, image, text, audio"),
        ("source: {folder: a}\n", "`modality` is -; write what the data is"),
        ("modality: text\nsource: {file: a}\noptions: {a: b}\n", "`options` belong to a `format`"),
        ("modality: audio\nsource: {file: a}\ntask: detection\n", "task is 'detection'"),
        ("source: {file: a}\ntask: clustering\non_problem: skip\n", "on_problem is 'skip'"),
        ("modality: audio\nsource: {file: a}\nrepeats: skip\n", "repeats is 'skip'"),
    ],
)
def test_what_is_wrong_with_samples_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    head = "apiVersion: aileron/v1\nkind: Dataset\nname: cars\n"
    with pytest.raises(InvalidInput, match=sentence):
        load_definition(write(tmp_path, head + text))


def test_files_of_texts_and_recordings_are_found(tmp_path: Path) -> None:
    folder = write(tmp_path, "")
    (folder / "sounds").mkdir()
    (folder / "texts.csv").write_text("text,label\n")
    assert resolved_files(folder, folder="sounds") == {"sounds.tar": folder / "sounds"}
    assert resolved_files(folder, file="texts.csv") == {"texts.csv": folder / "texts.csv"}
    assert resolved_files(folder, archive="texts.csv") == {"texts.csv": folder / "texts.csv"}
    for missing in ({"folder": "none"}, {"file": "none"}, {"archive": "none"}):
        with pytest.raises(InvalidInput):
            resolved_files(folder, **missing)


def resolved_files(place: Path, **source: str) -> dict[str, Path]:
    spec = FilesSourceSpec.model_validate(source)
    return resolve_source(spec, place, place / "home", "dataset.yaml")
