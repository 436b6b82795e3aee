"""Real recordings and a real series, from the definition to a version and to a loader."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from plugins.datasets import Caller, Notebook, Workbench
from plugins.shared_data import shared
from plugins.sound_files import pets, sound, zipped
from pydantic import SecretStr

from aileron.client.local.difference import difference
from aileron.core.catalogue import step_class
from aileron.core.settings import Settings
from aileron.data import read_split, read_table
from aileron.data.audio.card import AudioCard
from aileron.data.audio.ingest import IngestAudio, IngestAudioConfig
from aileron.data.card import read_card, read_table_card
from aileron.data.export import export
from aileron.data.formats import find_format
from aileron.data.loaders import Samples, load_table
from aileron.data.split import SplitConfig, SplitDataset
from aileron.data.validate import ValidateConfig, ValidateDataset
from aileron.data.version import VersionConfig, VersionDataset
from aileron.data.version_files import verify_dataset
from aileron.data.versions import Versions
from aileron.lifecycle.dataset import load_dataset

DIGITS = """\
apiVersion: aileron/v1
kind: Dataset
modality: audio
name: digits
display_name: 语音数字
source: {archive: digits.zip}
licence: CC BY-SA 4.0
"""
SERIES = {
    "name": "oil",
    "task": "forecasting",
    "target": "OT",
    "time_column": "date",
}


def spoken_digits(target: Path) -> Path:
    """A folder per digit: the set itself says the digit in its files' names."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(shared("spoken_digits").glob("*.wav")):
            archive.write(path, f"{path.name[0]}/{path.name}")
    return target


def ingested(workspace: Path, name: str) -> tuple[Path, list[str]]:
    settings = Settings(workspace=workspace, home=workspace / "home")
    dataset = load_dataset(settings, name)
    source = workspace / "source"
    source.mkdir()
    for inside, path in dataset.source_files(settings).items():
        shutil.copy(path, source / inside)
    step = step_class(dataset.ingest_step)
    notebook = Notebook(workspace / "run")
    config = step.Config.model_validate(dataset.ingest)
    return step().run(notebook, config, {"source": source})["dataset"], notebook.lines


def test_spoken_digits_become_a_dataset(tmp_path: Path) -> None:
    folder = tmp_path / "datasets" / "digits"
    folder.mkdir(parents=True)
    (folder / "dataset.yaml").write_text(DIGITS, encoding="utf-8")
    spoken_digits(folder / "digits.zip")
    made, _ = ingested(tmp_path, "digits")
    card = read_card(made)
    assert isinstance(card, AudioCard)
    count = len(list(shared("spoken_digits").glob("*.wav")))
    assert (card.counts.rows, card.counts.refused) == (count, 0)
    assert card.classes == tuple("0123456789")
    assert sum(card.class_counts.values()) == count
    verify_dataset(made, card.digest)
    facts = load_table(made)
    assert set(facts["sample_rate"]) == {8000}
    assert facts["seconds"].between(0.1, 3).all()
    bounds = {"column": "seconds", "min_value": 0.1, "max_value": 3}
    expected = {"type": "expect_column_values_to_be_between", "kwargs": bounds}
    suite = ValidateConfig.model_validate({"expectations": [expected]})
    (tmp_path / "validation").mkdir()
    ValidateDataset().run(Notebook(tmp_path / "validation"), suite, {"dataset": made})

    samples = Samples(made)
    first = min(shared("spoken_digits").glob("0_*.wav"))
    place = list(samples.sample_ids).index(f"0/{first.name}")
    assert samples.content(place) == first.read_bytes()
    assert samples[place].medium.shape[1] == round(facts["seconds"].iloc[place] * 8000)
    assert len(load_table(made, "polars")) == count

    export(made, tmp_path / "out", find_format("huggingface_audio", "audio"))
    assert list((tmp_path / "out").rglob("*.parquet"))


def test_a_version_of_recordings_is_made_restored_and_compared(
    tmp_path: Path, ledger_url: str
) -> None:
    made = [
        imported(tmp_path / name, pets() | more)
        for name, more in (("one", {}), ("two", {"dog/new.wav": sound(tone=900)}))
    ]
    settings = Settings(workspace=tmp_path, home=tmp_path, ledger_url=SecretStr(ledger_url))
    step, caller = VersionDataset(), Caller(settings, tmp_path / "work")
    records = [step.apply(caller, VersionConfig(), {"dataset": folder}) for folder in made]
    assert [record["tag"] for record in records] == ["default/pets@v1", "default/pets@v2"]
    versions = Versions.of(settings)
    restored = versions.get("default", "pets", 2, tmp_path / "restored")
    after = {"parent": "default/pets@v1"}
    assert restored.card == read_card(made[1]).model_copy(update=after)
    assert versions.check("default", "pets", 1) == []
    assert Samples(tmp_path / "restored").sample_ids[-1] == "dog/new.wav"
    found = difference(*made)
    assert (found["rows"]["kept"], found["rows"]["added"]) == (8, 1)


def imported(folder: Path, files: dict[str, bytes]) -> Path:
    (folder / "source").mkdir(parents=True)
    zipped(folder / "source" / "pets.zip", files)
    config = IngestAudioConfig(name="pets")
    return IngestAudio().run(Notebook(folder), config, {"source": folder / "source"})["dataset"]


def test_the_oil_temperature_is_split_in_time(workbench: Workbench) -> None:
    source = workbench.new()
    shutil.copy(shared("transformer_oil_temperature/ETTh1.csv"), source)
    made = workbench.ingest_folder(source, SERIES)
    card = read_table_card(made)
    assert (card.counts.rows, len(card.features), card.time_column) == (17420, 6, "date")
    verify_dataset(made, card.digest)
    notebook = Notebook(workbench.new())
    config = SplitConfig(test=0.2, validation=0.2)
    part = SplitDataset().run(notebook, config, {"dataset": made})["split"]
    times = read_table(made, ["date"])["date"].groupby(read_split(part))
    assert times.count().to_dict() == {"test": 3484, "train": 10452, "validation": 3484}
    assert times.max()["train"] < times.min()["validation"] < times.min()["test"]
