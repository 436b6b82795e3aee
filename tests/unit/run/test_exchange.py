"""Lines pass through the store once and in order, whatever fails on the way."""

from __future__ import annotations

import itertools
import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from plugins.stores import S3Backend, s3_server

from aileron.core.errors import Unavailable
from aileron.run import carried
from aileron.run import exchange as exchanges
from aileron.run.carried import Checkpoint
from aileron.run.exchange import Copy, Exchange, attempts, forget, pause_after, sweep
from aileron.store import Store, open_store
from aileron.store.local import LocalStore
from aileron.store.owner import give, owner_of

__all__ = ["s3_server"]


class Flaky(LocalStore):
    """Fails after it has written, when told to."""

    fails = False

    def write_object(self, key: str, data: bytes | Path) -> None:
        super().write_object(key, data)
        if self.fails:
            raise Unavailable("store.unavailable", where=self.root, problem="cut off")


class Elsewhere(LocalStore):
    """As a store in S3: its objects are no files of the step."""

    def direct_folder(self, prefix: str) -> Path | None:
        return None


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def all_lines(exchange: Exchange) -> list[str]:
    found: list[str] = []
    while lines := exchange.lines_after(len(found)):
        found += lines
    return found


def test_lines_arrive_once_though_a_write_seemed_to_fail(tmp_path: Path) -> None:
    store = Flaky(str(tmp_path / "store"))
    exchange, log = Exchange(store, "aileron-a-1"), tmp_path / "log.txt"
    copy = Copy(exchange, "log", log)
    log.write_text("1 a\n2 b\n")
    store.fails = True
    with pytest.raises(Unavailable):
        copy.send()
    seen = exchange.lines_after(0)
    with log.open("a") as file:
        file.write("3 c\n4 unended")
    store.fails = False
    while copy.send(final=True):
        pass
    assert seen == ["1 a", "2 b"]
    assert all_lines(exchange) == ["1 a", "2 b", "3 c", "4 unended"]


def test_a_long_log_comes_in_chunks(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanges, "LONGEST_CHUNK", 10)
    exchange, log = Exchange(store, "aileron-a-1"), tmp_path / "log.txt"
    log.write_text("".join(f"{number} x\x85y\r\n" for number in range(1, 26)))
    copy = Copy(exchange, "log", log)
    while copy.send():
        pass
    assert all_lines(exchange) == [f"{number} x\x85y" for number in range(1, 26)]
    assert len(store.object_keys("executions/aileron-a/1/log/")) == 3


def test_a_chunk_comes_later_the_longer_a_step_runs() -> None:
    assert [pause_after(seconds) for seconds in (0, 50, 36_000)] == [0.3, 1.0, 5.0]


def test_what_nobody_collects_is_swept(store: Store) -> None:
    for key in ("a/1/log/1", "a/1/request.json", "checkpoints/p/k/current.json"):
        store.write_object(f"executions/{key}", b"")
    sweep(store)
    assert len(store.object_keys("executions/")) == 3
    sweep(store, kept_seconds=-1)
    assert store.object_keys("executions/") == []


def test_a_key_that_belongs_to_no_execution_stops_no_sweep_and_stays(store: Store) -> None:
    for key in ("note", "checkpoints/note", "a/1/log/1"):
        store.write_object(f"executions/{key}", b"")
    sweep(store, kept_seconds=-1)
    assert store.object_keys("executions/") == ["executions/checkpoints/note", "executions/note"]


def test_a_key_that_belongs_to_no_execution_stops_no_sweep_in_a_bucket(
    s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "test")
    store = open_store(S3Backend("exchange-swept").root)
    give(store, "mine")
    for key in ("note", "a/1/log/1"):
        store.write_object(f"executions/{key}", b"")
    sweep(store, kept_seconds=-60)
    assert store.object_keys("executions/") == ["executions/note"]
    assert owner_of(store) == "mine"


def test_a_key_of_others_stops_no_sweep(store: Store, tmp_path: Path) -> None:
    for name in ("a/1/log/1", "checkpoints/p/k/the\u3000best", "odd\u3000key/1/x"):
        path = tmp_path / "store/executions" / name
        path.parent.mkdir(parents=True)
        path.write_text("")
    sweep(store)
    assert len(store.object_keys("executions/")) == 3
    sweep(store, kept_seconds=-1)
    assert store.object_keys("executions/") == ["executions/odd\u3000key/1/x"]


def test_a_lost_number_is_remembered_until_it_is_swept(store: Store) -> None:
    Exchange(store, "aileron-a-1").remove(lost=True)
    Exchange(store, "aileron-a-2").write_lines("log", 1, ["1 a"])
    forget(store, "aileron-a")
    assert store.object_keys("executions/") == ["executions/aileron-a/1/lost"]
    assert attempts(store, "aileron-a") == {"aileron-a-1"}
    sweep(store, kept_seconds=-1)
    assert store.object_keys("executions/") == []


def checkpoint(tmp_path: Path, name: str) -> Checkpoint:
    store = Elsewhere(str(tmp_path / "store"))
    made = Checkpoint(store, "executions/checkpoints/p/k/", tmp_path / name)
    made.bring()
    return made


def test_a_checkpoint_is_kept_when_it_has_settled_and_brought_back(tmp_path: Path) -> None:
    first = checkpoint(tmp_path, "first")
    (first.folder / "nested").mkdir()
    (first.folder / "nested" / "state").write_text("epoch 1")
    first.keep_meanwhile()
    assert not list(checkpoint(tmp_path, "early").folder.iterdir()), "it was just written"
    first.keep_meanwhile()
    (first.folder / "nested" / "state").write_text("epoch 12")
    first.keep()
    second = checkpoint(tmp_path, "second")
    assert (second.folder / "nested" / "state").read_text() == "epoch 12"
    keys = Elsewhere(str(tmp_path / "store")).object_keys("executions/")
    assert [key.split("/", 4)[4] for key in keys] == ["2/nested/state", "current.json"]


def test_a_checkpoint_that_changes_while_it_is_kept_is_kept_as_it_was(tmp_path: Path) -> None:
    state = tmp_path / "first" / "state"

    class Slow(Elsewhere):
        def write_object(self, key: str, data: bytes | Path) -> None:
            state.write_text("epoch 2")
            super().write_object(key, data)

    slow = Checkpoint(Slow(str(tmp_path / "store")), "executions/checkpoints/p/k/", state.parent)
    slow.bring()
    state.write_text("epoch 1")
    slow.keep_meanwhile()
    slow.keep_meanwhile()
    assert (checkpoint(tmp_path, "second").folder / "state").read_text() == "epoch 1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second", "store"]


def test_a_checkpoint_that_always_changes_is_kept_whole_from_time_to_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carried, "LONGEST_UNKEPT", 0.2)
    first, ended = checkpoint(tmp_path, "first"), threading.Event()
    state = first.folder / "state"

    def train() -> None:
        for epoch in itertools.count():
            draft = tmp_path / "draft"  # as one saves: a file that is emptied first is empty once
            draft.write_text(f"{epoch} " * 1000)
            draft.rename(state)
            if ended.wait(0.02):
                return

    step = threading.Thread(target=train)
    step.start()
    looks, until = itertools.count(), time.monotonic() + 60

    def kept() -> int:
        """The epoch that was kept last, -1 if none was."""
        found = checkpoint(tmp_path, f"look{next(looks)}").folder / "state"
        words = found.read_text().split() if found.exists() else ["-1"] * 1000
        assert len(words) == 1000
        (epoch,) = set(words)
        return int(epoch)

    try:
        while kept() <= 5:
            assert time.monotonic() < until
            first.keep_meanwhile()
    finally:
        ended.set()
        step.join()


def test_a_step_that_is_always_quicker_than_the_copy_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = checkpoint(tmp_path, "first")
    state = first.folder / "state"
    state.write_text("0")
    first.keep()
    copyfile = shutil.copyfile

    def copy(source: Path, target: Path) -> None:
        copyfile(source, target)
        state.write_text(state.read_text() + "0")

    monkeypatch.setattr(shutil, "copyfile", copy)
    state.write_text("00")
    first.keep_meanwhile()
    first.keep_meanwhile()
    assert (checkpoint(tmp_path, "second").folder / "state").read_text() == "0"


def test_a_file_that_goes_while_it_is_looked_at_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = checkpoint(tmp_path, "first")
    for name in ("kept", "gone"):
        (first.folder / name).write_text(name)
    whole = Path.stat

    def stat(path: Path, **options: bool) -> os.stat_result:
        if path.name == "gone":
            path.unlink(missing_ok=True)
        return whole(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    first.keep_meanwhile()
    first.keep_meanwhile()
    monkeypatch.undo()
    assert [path.name for path in checkpoint(tmp_path, "second").folder.iterdir()] == ["kept"]


def test_files_of_a_checkpoint_may_have_any_names(tmp_path: Path) -> None:
    first = checkpoint(tmp_path, "first")
    (first.folder / "the\u3000best %41").write_text("epoch 1")
    first.keep()
    second = checkpoint(tmp_path, "second")
    assert (second.folder / "the\u3000best %41").read_text() == "epoch 1"


def test_a_store_that_is_a_folder_holds_the_checkpoint_itself(store: Store, tmp_path: Path) -> None:
    made = Checkpoint(store, "executions/checkpoints/p/k/", tmp_path / "local")
    assert made.folder == tmp_path / "store/executions/checkpoints/p/k"
    assert made.folder.is_dir()
    made.keep()
    assert store.object_keys("executions/") == []
