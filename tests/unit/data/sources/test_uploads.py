"""Uploads on the disk: in order, of their owner, never beyond their size, gone when abandoned."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aileron.core.errors import Conflict, InvalidInput, NotFound
from aileron.data.sources.connections import Limits
from aileron.data.sources.fetch import fetch
from aileron.data.sources.spec import RemoteSource
from aileron.data.sources.uploads import TooLarge, Uploads

ME = ("li", "default")


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path, Limits(upload_bytes=1_000_000, upload_hours=1))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 5000), st.lists(st.integers(0, 5000), max_size=6))
def test_whatever_the_pieces_the_bytes_are_those_that_were_sent(
    uploads: Uploads, size: int, cuts: list[int]
) -> None:
    content = random.Random(size).randbytes(size)
    found = uploads.begin("rows.csv", size, *ME)
    for end in [*sorted(cut for cut in cuts if cut <= size), size]:
        found = uploads.append(found, found.offset, [content[found.offset : end]])
    assert found.complete
    assert uploads.finished(found.id).path.read_bytes() == content


def test_a_piece_goes_where_the_last_one_ended(uploads: Uploads) -> None:
    found = uploads.begin("rows.csv", 10, *ME)
    uploads.append(found, 0, [b"abc"])
    for offset in (0, 2, 4):
        with pytest.raises(Conflict, match="has 3 bytes"):
            uploads.append(found, offset, [b"x"])
    assert uploads.get(found.id, *ME).offset == 3


def test_two_do_not_write_at_once(uploads: Uploads) -> None:
    found = uploads.begin("rows.csv", 10, *ME)
    with uploads.appending(found, 0), pytest.raises(Conflict, match="at this moment"):
        uploads.append(found, 0, [b"x"])


def test_more_than_was_said_is_refused(uploads: Uploads) -> None:
    found = uploads.begin("rows.csv", 3, *ME)
    with pytest.raises(TooLarge):
        uploads.append(found, 0, [b"abcd"])
    assert uploads.get(found.id, *ME).offset == 0
    with pytest.raises(TooLarge, match="1000000"):
        uploads.begin("rows.csv", 1_000_001, *ME)


@pytest.mark.parametrize("other", [("eve", "default"), ("li", "other")])
def test_another_person_or_project_sees_nothing(uploads: Uploads, other: tuple[str, str]) -> None:
    found = uploads.begin("rows.csv", 3, *ME)
    with pytest.raises(NotFound):
        uploads.get(found.id, *other)
    assert uploads.list(*other) == ()
    assert [one.id for one in uploads.list(*ME)] == [found.id]


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "..", "a\x00b", "", "长" * 200])
def test_a_name_is_for_people_and_no_path(uploads: Uploads, name: str, tmp_path: Path) -> None:
    found = uploads.begin(name, 1, *ME)
    assert "/" not in found.name
    assert 0 < len(found.name.encode()) <= 100
    assert found.path == tmp_path / "uploads" / found.id / "content"


@pytest.mark.parametrize("upload_id", ["..", "../x", "0" * 31, "G" * 32, "0" * 32])
def test_what_is_no_id_finds_nothing(uploads: Uploads, upload_id: str) -> None:
    with pytest.raises(NotFound):
        uploads.finished(upload_id)


def test_what_is_abandoned_goes_and_what_is_finished_stays(uploads: Uploads) -> None:
    begun = uploads.begin("begun.csv", 3, *ME)
    done = uploads.append(uploads.begin("done.csv", 1, *ME), 0, [b"x"])
    for one in (begun, done):
        os.utime(one.path, (1, 1))
    uploads.begin("next.csv", 1, *ME)
    assert {one.name for one in uploads.list(*ME)} == {"done.csv", "next.csv"}


def test_a_finished_upload_is_a_source_and_an_open_one_is_not(
    uploads: Uploads, tmp_path: Path
) -> None:
    from plugins.allowed import allowed

    found = uploads.begin("rows.csv", 3, *ME)
    source = RemoteSource(upload=found.id)
    with pytest.raises(InvalidInput, match="0 of 3 bytes"):
        fetch(source, allowed(tmp_path), tmp_path, print)
    uploads.append(found, 0, [b"abc"])
    assert fetch(source, allowed(tmp_path), tmp_path, print) == {"rows.csv": found.path}
