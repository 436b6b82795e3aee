"""Samples of a version, many at once, for what is labelled."""

from __future__ import annotations

import pytest

from aileron.client.local.browsing.index import ASKED, Entry, SampleIndex, Wanted, write_index

COUNT = 3 * ASKED + 1


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SampleIndex:
    path = tmp_path_factory.mktemp("index") / "many.sqlite"
    write_index(path, (_entry(number) for number in range(COUNT)))
    return SampleIndex(path)


def _entry(number: int) -> Entry:
    name = f"样本 {number:05}'"
    return Entry(name, None, number % 3 == 0, None, frozenset(), "", f'{{"sample_id": "{name}"}}')


def test_samples_are_found_by_their_ids(index: SampleIndex) -> None:
    ids = index.ids(Wanted())
    assert len(ids) == COUNT
    assert ids == sorted(ids)
    found = index.bodies(ids)
    assert list(found) == ids
    assert found[ids[7]] == f'{{"sample_id": "{ids[7]}"}}'


def test_what_the_version_has_not_is_left_out(index: SampleIndex) -> None:
    assert index.bodies([]) == {}
    assert list(index.bodies(["nothing", "样本 00001'", "' OR 1=1"])) == ["样本 00001'"]


def test_waiting_samples_are_told_apart(index: SampleIndex) -> None:
    waiting = index.ids(Wanted(annotated=False))
    assert len(waiting) == COUNT - len(range(0, COUNT, 3))
    assert not set(waiting) & set(index.ids(Wanted(annotated=True)))
