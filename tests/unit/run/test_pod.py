"""What a pod says last when it cannot leave its result in the store."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from aileron.core.errors import AileronError, Unavailable
from aileron.run import pod
from aileron.run.exchange import NO_STORE
from aileron.store import Store, open_store
from aileron.store.local import LocalStore


@pytest.fixture
def last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file in which it says them; this process stays as it is."""
    monkeypatch.setattr(pod, "LAST_WORDS", tmp_path / "termination-log")
    monkeypatch.setattr(pod, "hide", lambda: None)
    monkeypatch.setattr(pod.signal, "signal", lambda *_: None)
    mask = os.umask(0)
    os.umask(mask)
    yield tmp_path / "termination-log"
    os.umask(mask)


def said(last_words: Path) -> AileronError:
    return AileronError.from_dict(json.loads(last_words.read_text(encoding="utf-8")))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def test_a_store_without_the_request_is_no_store_that_is_away(
    store: Store, last_words: Path
) -> None:
    assert pod.main(store.root, "aileron-a-1") == NO_STORE
    error = said(last_words)
    assert not error.retryable
    assert f"no request in the artifact store {store.root}" in error.render("en")
    assert "然后重新运行" in error.render("zh")


def test_a_store_that_is_away_may_be_there_another_time(
    store: Store, last_words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: LocalStore, key: str) -> None:
        raise Unavailable("store.unavailable", where=self.root, problem=f"no answer about {key}")

    monkeypatch.setattr(LocalStore, "_pieces", away)
    assert pod.main(store.root, "aileron-a-1") == NO_STORE
    assert said(last_words).message_id == "run.store_unreachable"
