"""Step `data.version` against the real ledger: tag and row agree, whatever comes between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import CARS, Caller, Workbench
from pydantic import SecretStr

from aileron.core.errors import Conflict, StepFailed
from aileron.core.settings import Settings
from aileron.data.remote import DatasetRemote
from aileron.data.version import VersionConfig, VersionDataset
from aileron.data.versions import Versions, check_version
from aileron.ledger import Ledger

CONFIG = VersionConfig()


@pytest.fixture
def caller(tmp_path: Path, ledger_url: str) -> Caller:
    settings = Settings(
        workspace=tmp_path, home=tmp_path / "home", ledger_url=SecretStr(ledger_url)
    )
    return Caller(settings, tmp_path / "work")


@pytest.fixture
def inputs(workbench: Workbench) -> dict[str, Path]:
    return {"dataset": workbench.ingest(CARS)}


def test_apply_makes_tag_row_and_event(
    caller: Caller, inputs: dict[str, Path], ledger: Ledger
) -> None:
    record = VersionDataset().apply(caller, CONFIG, inputs)
    assert (record["tag"], record["version"], record["created"]) == ("default/cars@v1", 1, True)
    row = ledger.datasets.latest("default", "cars")
    assert row is not None
    assert (row.tag, row.digest, row.commit) == (
        record["tag"],
        record["digest"],
        record["commit"],
    )
    (event,) = ledger.events.list("default", subject="dataset:default/cars")
    assert (event.verb, event.actor, event.correlation) == (
        "dataset.versioned",
        "test",
        caller.run_id,
    )
    check_version(caller.settings, row)


def test_nothing_is_observed_before_and_the_same_after(
    caller: Caller, inputs: dict[str, Path]
) -> None:
    step = VersionDataset()
    assert step.observe(caller, CONFIG, inputs) is None
    record = step.apply(caller, CONFIG, inputs)
    assert step.observe(caller, CONFIG, inputs) == record
    assert step.apply(caller, CONFIG, inputs) == record


def test_another_run_with_the_same_content_created_nothing(
    caller: Caller, inputs: dict[str, Path]
) -> None:
    first = VersionDataset().apply(caller, CONFIG, inputs)
    caller.run_id = "default/cars/2"
    second = VersionDataset().apply(caller, CONFIG, inputs)
    assert second == {**first, "created": False}


def test_content_that_is_no_longer_the_latest_is_not_observed(
    caller: Caller, inputs: dict[str, Path], workbench: Workbench
) -> None:
    step = VersionDataset()
    step.apply(caller, CONFIG, inputs)
    step.apply(caller, CONFIG, {"dataset": workbench.ingest(CARS.replace("100", "101"))})
    assert step.observe(caller, CONFIG, inputs) is None
    assert step.apply(caller, CONFIG, inputs)["version"] == 3


def test_a_crash_between_tag_and_row_is_mended_by_the_next_apply(
    caller: Caller, inputs: dict[str, Path], ledger: Ledger
) -> None:
    step = VersionDataset()
    Versions.of(caller.settings).publish(inputs["dataset"], "default", "test", caller.run_id)
    assert step.observe(caller, CONFIG, inputs) is None
    assert step.apply(caller, CONFIG, inputs)["created"]
    assert [row.version for row in ledger.datasets.list("default")] == [1]


def test_what_another_makes_while_the_bytes_are_stored_is_not_lost(
    caller: Caller, workbench: Workbench, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs begin from v1 at the same moment; the one that is later begins anew."""
    step, push = VersionDataset(), DatasetRemote.push
    base = step.apply(caller, CONFIG, {"dataset": workbench.ingest(CARS)})
    config = VersionConfig(parent=base["tag"])
    mine, other = ({"dataset": workbench.ingest(CARS.replace("100", new))} for new in "45")
    others: list[Any] = []

    def slow(remote: DatasetRemote, *given: Any) -> Any:
        if not others:
            others.append(None)
            others.append(step.apply(caller, config, other))
        return push(remote, *given)

    monkeypatch.setattr(DatasetRemote, "push", slow)
    with pytest.raises(Conflict, match="cars@v2 was made meanwhile"):
        step.apply(caller, config, mine)
    assert others[1]["version"] == 2
    assert [row.version for row in ledger.datasets.list("default")] == [2, 1]


def test_undo_takes_tag_and_row_back_and_can_be_repeated(
    caller: Caller, inputs: dict[str, Path], ledger: Ledger
) -> None:
    step = VersionDataset()
    record = step.apply(caller, CONFIG, inputs)
    for _ in range(2):
        step.undo(caller, CONFIG, record)
        assert step.observe(caller, CONFIG, inputs) is None
        assert ledger.datasets.list("default") == []
    assert step.apply(caller, CONFIG, inputs)["tag"] == "default/cars@v2"
    step.undo(caller, CONFIG, record)
    assert [row.tag for row in ledger.datasets.list("default")] == ["default/cars@v2"]


def test_undoing_what_made_nothing_takes_nothing_back(
    caller: Caller, inputs: dict[str, Path]
) -> None:
    step = VersionDataset()
    step.apply(caller, CONFIG, inputs)
    caller.run_id = "default/cars/2"
    step.undo(caller, CONFIG, step.apply(caller, CONFIG, inputs))
    assert step.observe(caller, CONFIG, inputs) is not None


def test_a_row_that_the_tag_contradicts_is_named(
    caller: Caller, inputs: dict[str, Path], ledger: Ledger
) -> None:
    VersionDataset().apply(caller, CONFIG, inputs)
    row = ledger.datasets.latest("default", "cars")
    assert row is not None
    with pytest.raises(StepFailed, match="The tag shows digest"):
        check_version(caller.settings, row.model_copy(update={"digest": "0" * 64}))


def test_what_people_labelled_follows_the_version_that_they_labelled(
    caller: Caller, inputs: dict[str, Path], workbench: Workbench
) -> None:
    step = VersionDataset()
    first = step.apply(caller, CONFIG, inputs)
    base = workbench.new()
    (base / "record.json").write_text(json.dumps(first))
    said = {"dataset": workbench.ingest(CARS + "wasp,red,1,80,no\n"), "base": base}
    step.apply(caller, CONFIG, {"dataset": workbench.ingest(CARS + "fox,red,1,70,no\n")})
    with pytest.raises(Conflict, match="cars@v2 was made while people labelled default/cars@v1"):
        step.apply(caller, CONFIG, said)
    (base / "record.json").write_text(json.dumps({**first, "tag": "default/cars@v2"}))
    assert step.apply(caller, CONFIG, said)["tag"] == "default/cars@v3"
