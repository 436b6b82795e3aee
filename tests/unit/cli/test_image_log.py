"""The log of a build of an image is followed to its last line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from aileron.cli import image
from aileron.client import records as r
from aileron.client.base import Client

VERSION = cast("r.ImageVersion", SimpleNamespace(name="mine", version=1, run_id="default/b/1"))


class Building:
    """A build that ends between two looks: its last lines come with its end.

    As with runs that were stopped, no piece of its log ever says that it is the last.
    """

    def __init__(self) -> None:
        self.text = {"build": "one\n", "check": "", "keep": ""}
        self.finished = False

    def image_log(self, name: str, version: int, node: str, offset: int) -> r.LogPiece:
        text = self.text[node][offset:]
        return r.LogPiece(text=text, next_offset=offset + len(text), ended=False)

    def run(self, run_id: str) -> Any:
        self.text["build"] = "one\nthe reason\n"
        self.finished = True
        return self


def said(*, following: bool) -> str:
    return "".join(image._said(cast("Client", Building()), VERSION, following=following))


def test_what_came_with_the_end_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "POLL_SECONDS", 0.0)
    assert said(following=True) == "one\nthe reason\n"


def test_without_following_it_says_what_is_there() -> None:
    assert said(following=False) == "one\n"
