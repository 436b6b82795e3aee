"""A stack with Label Studio, and people who label, review and own: each with a token of theirs.

It is another stack than the session's: Label Studio takes memory and half a minute that no other
test needs.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins.api import serving_api
from plugins.labelstudio import installed
from plugins.other_stack import OtherStack

from aileron.client import RemoteClient


class LabellingStack:
    """A running installation with labelling; `aileron` is its command."""

    def __init__(self, aileron: OtherStack, api_url: str) -> None:
        self.aileron = aileron
        self.api_url = api_url
        self._clients: dict[str, RemoteClient] = {}

    @property
    def workspace(self) -> Path:
        return self.aileron.folder

    def person(self, name: str, role: str = "annotator") -> RemoteClient:
        """The client of that person, who has a token of that role."""
        if name not in self._clients:
            words = ("token", "create", name, "--role", role, "--json")
            secret = self.aileron(*words).json["secret"]
            self._clients[name] = RemoteClient(self.api_url, secret, language="en")
        return self._clients[name]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


@pytest.fixture(scope="session")
def labelling() -> Iterator[LabellingStack]:
    """A workspace as `aileron init` makes it, all of whose servers run."""
    studio = installed()
    folder = Path(tempfile.mkdtemp(prefix="aileron-labelling-"))
    aileron = OtherStack(folder)
    aileron.environ["AILERON_LABELSTUDIO_ENV"] = studio
    try:
        aileron("init", ".")
        aileron("stack", "up")
        with serving_api(aileron.environ, folder, aileron.home / "api.log") as url:
            stack = LabellingStack(aileron, url)
            yield stack
            stack.close()
    finally:
        aileron.close()
        shutil.rmtree(folder)
