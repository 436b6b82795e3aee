"""What holds of operations whatever the samples are: the laws that an adapter must keep."""

from __future__ import annotations

import json

import pytest
from plugins.operations import MODALITIES, Operations

from aileron.core.errors import InvalidInput
from aileron.data.card import parse_card
from aileron.data.operations.modality import MODALITIES as ADAPTERS

pytestmark = pytest.mark.parametrize("modality", MODALITIES)


def test_every_adapter_is_tested(modality: str) -> None:
    assert set(ADAPTERS) <= set(MODALITIES)


def test_what_a_filter_takes_and_what_it_leaves_are_the_whole(
    operations: Operations, modality: str
) -> None:
    whole = operations.any(modality)
    taken = operations.run("filter", whole, any_of=["good"])
    left = operations.run("filter", whole, any_of=["good"], rest=True)
    assert set(taken.labels) | set(left.labels) == set(whole.labels)
    assert not set(taken.labels) & set(left.labels)
    assert all("good" in names for names in taken.labels.values())
    assert operations.merge(taken, left).card.digest == whole.card.digest


def test_a_sample_follows_from_the_seed_and_keeps_the_shares(
    operations: Operations, modality: str
) -> None:
    whole = operations.any(modality, 40)
    first, again, other = (
        operations.run("sample", whole, count=10, stratify=True, seed=seed) for seed in (1, 1, 2)
    )
    assert first.files == again.files
    assert first.labels != other.labels
    having = [sum("good" in names for names in one.labels.values()) for one in (first, other)]
    assert having == [5, 5]
    rest = operations.run("sample", whole, count=10, stratify=True, seed=1, rest=True)
    assert first.labels | rest.labels == whole.labels
    assert len(rest.labels) == 30


def test_renaming_a_label_and_back_gives_the_same_dataset(
    operations: Operations, modality: str
) -> None:
    whole = operations.any(modality)
    renamed = operations.run("relabel", whole, rename={"good": "很好"})
    assert renamed.card.digest != whole.card.digest
    assert {"很好" if one == "good" else one for one in whole.card.classes or ()} == set(
        renamed.card.classes or ()
    )
    back = operations.run("relabel", renamed, rename={"很好": "good"})
    assert back.card.digest == whole.card.digest


def test_new_parts_change_the_samples_file_alone(operations: Operations, modality: str) -> None:
    whole = operations.any(modality, 40)
    parted = operations.run("resplit", whole, test=0.25, validation=0.25)
    changed = {name for name in whole.files if whole.files[name] != parted.files[name]}
    assert changed == {"card.json", "samples.parquet"}
    assert whole.files.keys() == parted.files.keys()
    counts = [list(parted.parts.values()).count(p) for p in ("train", "validation", "test")]
    assert counts == [20, 10, 10]
    cleared = operations.run("resplit", parted, clear=True)
    assert cleared.card.digest == whole.card.digest
    tests = operations.run("filter", parted, parts=["test"])
    assert set(tests.parts.values()) == {"test"}


def test_a_result_says_where_it_comes_from(operations: Operations, modality: str) -> None:
    whole = operations.any(modality)
    own = operations.run("sample", whole, count=4, parent="default/x@v3")
    new = operations.run("sample", whole, count=4, name="few", parent="default/x@v3")
    assert own.card.name == whole.card.name
    assert new.card.name == "few"
    assert (own.card.parent, own.card.digest) == ("default/x@v3", new.card.digest)
    assert own.card.made is not None
    assert own.card.made.model_dump() == {
        "operation": "data.sample", "options": {"count": 4}, "other": None,
    }  # fmt: skip
    assert own.card.created_by == "data.sample@2"


def test_cards_of_old_know_nothing_of_operations(operations: Operations, modality: str) -> None:
    values = json.loads(operations.any(modality).card.text())
    del values["made"], values["parent"]
    assert parse_card(json.dumps(values)).made is None


def test_equal_ids_are_refused_kept_replaced_or_renamed(
    operations: Operations, modality: str
) -> None:
    one = operations.any(modality, 6)
    other = operations.run("relabel", operations.any(modality, 8), rename={"good": "best"})
    with pytest.raises(InvalidInput, match="6 sample ids are in both"):
        operations.merge(one, other)
    kept, replaced, renamed = (
        operations.merge(one, other, ids=ids, other_parent="default/y@v1")
        for ids in ("keep", "replace", "rename")
    )
    assert (len(kept.labels), len(replaced.labels), len(renamed.labels)) == (8, 8, 14)
    assert {name: kept.labels[name] for name in one.labels} == one.labels
    assert {name: replaced.labels[name] for name in other.labels} == other.labels
    assert {n for n in renamed.labels if n.endswith("~2")} == {f"{n}~2" for n in one.labels}
    assert renamed.card.classes == (*(one.card.classes or ()), "best")
    assert renamed.card.made is not None
    assert renamed.card.made.other == "default/y@v1"


def test_repeated_content_is_left_out(operations: Operations, modality: str) -> None:
    one, more = operations.any(modality, 6), operations.any(modality, 8)
    twice = operations.merge(one, more, ids="rename")
    merged = operations.merge(one, more, ids="rename", repeats="drop")
    once = operations.run("dedupe", twice)
    assert (len(twice.labels), len(merged.labels)) == (14, 8)
    assert len(once.labels) == 8
    assert one.labels.items() <= once.labels.items()
    with pytest.raises(InvalidInput, match="No two samples have the same content"):
        operations.run("dedupe", once)


def test_an_operation_that_leaves_nothing_is_refused(operations: Operations, modality: str) -> None:
    whole = operations.any(modality)
    with pytest.raises(InvalidInput, match="No sample would be left"):
        operations.run("filter", whole, parts=["test"])
    with pytest.raises(InvalidInput, match="13 samples are asked for, and there are 12"):
        operations.run("sample", whole, count=13)
    with pytest.raises(InvalidInput, match="There is no label god; did you mean good"):
        operations.run("filter", whole, none_of=["god"])


def test_other_kinds_are_not_merged(operations: Operations, modality: str) -> None:
    other = operations.any("text" if modality != "text" else "image")
    with pytest.raises(InvalidInput, match="cannot be merged: their modality differs"):
        operations.merge(operations.any(modality), other)
