"""Looking into dataset versions: pictures, texts and rows, by a process that reads them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from PIL import Image
from plugins.picture_sets import NewPictures, stripes

from aileron.client.local.browsing import browser as browsing
from aileron.client.local.browsing.browser import Browser
from aileron.client.local.browsing.files import CacheFolder
from aileron.client.local.browsing.index import Wanted
from aileron.core.errors import StepFailed, Unavailable
from aileron.core.ports import ArtifactKind, Reference
from aileron.core.settings import Settings
from aileron.data.layout import write_rows, write_samples
from aileron.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    made = Browser(Settings(workspace=tmp_path, home=tmp_path / "home"), patience=120.0)
    yield made
    made.close()


@pytest.fixture
def pictures(new_pictures: NewPictures, store: Store) -> Reference:
    return store.put(ArtifactKind.DATASET, new_pictures(stripes(6, size=500)).dataset)


def test_many_who_ask_at_once_get_one_index(
    browser: Browser, store: Store, pictures: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Path] = []
    run = browsing._run_builder
    monkeypatch.setattr(browsing, "_run_builder", lambda a, b: (built.append(b), run(a, b)))
    home = browser.indexes.folder.parents[2]
    other = Browser(Settings(workspace=Path(), home=home), patience=120.0)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(one.index, store, pictures) for one in (browser, other) * 2]
        totals = [one.result().page(Wanted(), 0, 10).total for one in asked]
    assert totals == [6, 6, 6, 6]
    assert len(built) == 1


def test_who_does_not_wait_is_told_to_ask_again_and_who_does_gets_it(
    browser: Browser, store: Store, pictures: Reference
) -> None:
    home = browser.indexes.folder.parents[2]
    hasty = Browser(Settings(workspace=Path(), home=home), patience=0.0)
    with pytest.raises(Unavailable, match="Ask again in a moment"):
        hasty.index(store, pictures)
    assert hasty.index(store, pictures, patience=120.0).page(Wanted(), 0, 10).total == 6


def test_an_index_that_cannot_be_made_says_why_and_leaves_nothing(
    browser: Browser, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "samples.parquet").write_bytes(b"no parquet")
    reference = store.put(ArtifactKind.DATASET, folder)
    for _ in range(2):
        with pytest.raises(StepFailed, match="could not be read"):
            browser.index(store, reference)
    assert not list(browser.indexes.folder.glob("*.sqlite"))


def test_a_picture_is_read_as_it_is_and_smaller(
    browser: Browser, store: Store, pictures: Reference
) -> None:
    index = browser.index(store, pictures)
    place = index.medium("across/00000")
    assert place is not None
    folder = browser.folder(store, pictures, f"media/{place['media']}")
    values = {"folder": str(folder), "media": place["media"], "row": place["row"]}
    kind, whole = browser.worker.ask("medium", **values, size="full")
    assert (kind, Image.open(io.BytesIO(whole)).size) == ("image/png", (500, 500))
    kind, small = browser.worker.ask("medium", **values, size="thumb")
    assert (kind, Image.open(io.BytesIO(small)).size) == ("image/jpeg", (320, 320))
    assert index.medium("nothing") is None


def test_a_worker_that_died_is_replaced(browser: Browser, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "cars"
    rows = pa.table({"name": list("abc"), "speed": [100.0, 80.5, None]})
    ids = pa.array(list("012"))
    write_rows(folder, ids, rows)
    write_samples(folder, ids)
    reference = store.put(ArtifactKind.DATASET, folder)
    folder = browser.folder(store, reference, "table/part-00000.parquet")
    question = {"folder": str(folder), "columns": ["speed", "name"], "offset": 1, "limit": 5}
    first = browser.worker.ask("rows", **question)
    process = browser.worker._process
    assert process is not None
    os.kill(process.pid, 9)
    process.wait()
    assert browser.worker.ask("rows", **question) == first
    assert first[1] == b'{"total": 3, "ids": ["1", "2"], "rows": [[80.5, "b"], [null, "c"]]}'


def test_what_cannot_be_read_is_told_in_a_sentence(browser: Browser, tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="could not be read"):
        browser.worker.ask("medium", folder=str(tmp_path), media="x.parquet", row=0, size="thumb")


def test_a_cache_keeps_within_its_limit_what_was_used_last(tmp_path: Path) -> None:
    cache = CacheFolder(tmp_path, 1000)
    for number in range(9):
        cache.write(f"a/{number}", b"x" * 200)
        os.utime(cache.path(f"a/{number}"), (number, number))
    assert cache.read("a/0") is not None  # used now
    cache.clean()
    left = {path.name for path in (tmp_path / "a").iterdir()}
    assert left == {"0", "8", "7", "6"}
    assert cache.read("a/1") is None
