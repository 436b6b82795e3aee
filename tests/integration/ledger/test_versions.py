"""Versions of datasets and models."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from plugins.references import reference

from aileron.core.errors import Conflict
from aileron.core.ports import ArtifactKind
from aileron.ledger import DatasetVersion, Ledger


def add(ledger: Ledger, version: int, letter: str, name: str = "iris") -> DatasetVersion:
    tag = f"default/{name}@v{version}"
    data = reference(letter, ArtifactKind.DATASET)
    return ledger.datasets.add(
        "default", name, version, tag, letter * 64, data, "c0ffee", {"rows": 150}
    )


def test_a_dataset_version_is_found_by_number_by_content_and_as_the_latest(
    ledger: Ledger,
) -> None:
    first, second, third = add(ledger, 1, "a"), add(ledger, 2, "b"), add(ledger, 3, "a")
    assert ledger.datasets.get("default", "iris", 1) == first
    assert ledger.datasets.by_digest("default", "iris", "b" * 64) == second
    assert ledger.datasets.by_digest("default", "iris", "a" * 64) == third
    assert ledger.datasets.latest("default", "iris") == third
    assert ledger.datasets.list("default", "iris") == [third, second, first]
    assert first.record == {"rows": 150}


def test_what_is_not_there_is_none(ledger: Ledger) -> None:
    add(ledger, 1, "a")
    assert ledger.datasets.get("default", "iris", 2) is None
    assert ledger.datasets.latest("elsewhere", "iris") is None
    assert ledger.datasets.by_digest("default", "iris", "f" * 64) is None
    assert ledger.models.get("default", "iris", 1) is None


def test_recording_a_dataset_version_twice_changes_nothing(ledger: Ledger) -> None:
    assert add(ledger, 1, "a") == add(ledger, 1, "a")
    assert len(ledger.events.list("default", subject="dataset:default/iris")) == 1


def test_a_dataset_version_never_changes_its_content(ledger: Ledger) -> None:
    add(ledger, 1, "a")
    with pytest.raises(Conflict, match="default/iris@v1 already has another content"):
        add(ledger, 1, "b")


def test_models_are_numbered_by_name_and_equal_content_keeps_its_number(
    ledger: Ledger,
) -> None:
    def register(letter: str, name: str = "iris", mlflow: str | None = None) -> int:
        model = reference(letter, ArtifactKind.MODEL)
        return ledger.models.add(
            "default", name, model.digest, model, mlflow_version=mlflow, run_id="r"
        ).version

    numbers = [register("a"), register("b"), register("a", mlflow="7"), register("c", "other")]
    assert numbers == [1, 2, 1, 1]
    first = ledger.models.get("default", "iris", 1)
    assert first is not None
    assert first.mlflow_version == "7"
    assert ledger.models.by_digest("default", "iris", "a" * 64) == first
    assert [m.version for m in ledger.models.list("default", "iris")] == [2, 1]
    register("a")
    assert ledger.models.get("default", "iris", 1) == first


def test_models_registered_at_once_get_numbers_without_gap_or_repeat(ledger: Ledger) -> None:
    def register(number: int) -> int:
        model = reference(f"{number:x}", ArtifactKind.MODEL)
        return ledger.models.add("default", "iris", model.digest, model).version

    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(register, range(12)))
    assert sorted(versions) == list(range(1, 13))
