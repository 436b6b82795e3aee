"""Removing keeps shards; compacting leaves out what no sample refers to, and nothing else."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugins.operations import Operations, Result, content

from aileron.core.errors import InvalidInput, StepFailed
from aileron.data.images import ImageDataset
from aileron.data.operations.compact import stored_rows


def half(operations: Operations, kept: set[int], total: int = 20) -> tuple[Result, Result]:
    """A dataset in shards of three pictures, and what is left when the others are removed."""
    whole = operations.images([(n, ("cat",)) for n in range(total)], shard_bytes=250)
    ids = [f"s{number:04d}" for number in kept]
    where = [{"column": "sample_id", "op": "in", "value": ids}]
    return whole, operations.run("filter", whole, where=where)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kept=st.sets(st.integers(0, 19), min_size=1, max_size=19))
def test_what_samples_refer_to_is_kept(operations: Operations, kept: set[int]) -> None:
    whole, left = half(operations, kept)
    assert stored_rows(left.folder) == 20
    assert {n for n in left.files if n != "card.json"} <= whole.files.keys()
    compacted = operations.run("compact", left)
    assert stored_rows(compacted.folder) == len(kept)
    assert compacted.card.digest == left.card.digest
    every = ImageDataset.read(compacted.folder).all()
    assert [every.picture(i) for i in range(len(kept))] == [content(n) for n in sorted(kept)]


def test_shards_that_are_used_whole_stay_as_they_are(operations: Operations) -> None:
    whole = operations.images([(n, ("cat",)) for n in range(20)], shard_bytes=250)
    rows = pq.read_table(whole.folder / "samples.parquet").to_pylist()
    last = rows[-1]["media"]
    gone = [row["sample_id"] for row in rows if row["media"] == last]
    where = [{"column": "sample_id", "op": "not_in", "value": gone}]
    left = operations.run("filter", whole, where=where)
    compacted = operations.run("compact", left)
    media = {name for name in whole.files if name.startswith("media/")}
    assert {name for name in compacted.files if name.startswith("media/")} == (
        media - {f"media/{last}"}
    )


def test_a_dataset_with_a_new_name_takes_along_what_it_uses(operations: Operations) -> None:
    whole, _ = half(operations, {1})
    few = operations.run("sample", whole, count=2, name="few")
    assert stored_rows(few.folder) == 2
    assert stored_rows(operations.run("sample", whole, count=2).folder) == 20


@pytest.mark.parametrize("modality", ["image", "text", "table"])
def test_nothing_unused_is_nothing_to_do(operations: Operations, modality: str) -> None:
    with pytest.raises(InvalidInput, match="There is nothing to compact"):
        operations.run("compact", operations.any(modality))


@pytest.mark.parametrize("place", [10, -1])
def test_damaged_pictures_are_noticed_when_they_are_rewritten(
    operations: Operations, place: int
) -> None:
    """A picture's own byte, or what stands before it and says how long it is."""
    _, left = half(operations, {7})
    for shard in (left.folder / "media").iterdir():
        data = bytearray(shard.read_bytes())
        found = data.find(content(7))
        if found > 0:
            data[found + place] ^= 1
            shard.unlink()
            shard.write_bytes(data)
    with pytest.raises(StepFailed, match="damaged"):
        operations.run("compact", left)
