"""What the local clients of one process share, and what one of them adds: who asks, where."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

from aileron.client.airflow import AirflowClient
from aileron.client.local.browsing.browser import PATIENCE, Browser
from aileron.client.local.traffic import TrafficMeter
from aileron.core.access import Actor, Permission, permissions
from aileron.core.errors import AileronError, Language, NotFound, StepFailed, sentence
from aileron.core.ports import Reference
from aileron.core.settings import Settings
from aileron.label.studio.port import StudioPort
from aileron.ledger import Ledger
from aileron.store import Store, open_store

ValueT = TypeVar("ValueT")
DOCUMENTS: Final = 8192
"""Documents kept in memory. What may be large (plans, cards, models) is kept in part alone."""


def _whole(document: Any) -> Any:
    return document


class Documents:
    """JSON documents of artifacts, each read once: what has a digest never changes."""

    def __init__(self, store: Store, size: int = DOCUMENTS) -> None:
        self._store = store
        self._size = size
        self._kept: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    def read(
        self, reference: Reference, name: str, pick: Callable[[Any], ValueT] = _whole
    ) -> ValueT:
        """What `pick`, a function of a module, takes of document `name`; it alone is kept.

        Raises:
            NotFound: the store has no such artifact or file any more.
        """
        key = (reference.digest, name, pick.__module__, pick.__qualname__)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: ValueT = self._kept[key]
                return kept
        value = pick(json.loads(self._store.read_bytes(reference, name)))
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return value

    def find(
        self, reference: Reference | None, name: str, pick: Callable[[Any], ValueT] = _whole
    ) -> ValueT | None:
        """`read`, or None if there is no such artifact, or it was lost or damaged."""
        if reference is None:
            return None
        try:
            return self.read(reference, name, pick)
        except (NotFound, StepFailed):
            return None

    def once(self, reference: Reference | None, name: str) -> Any:
        """The whole document, which is not kept; None if it is not there any more."""
        if reference is None:
            return None
        try:
            return self._store.read_json(reference, name)
        except (NotFound, StepFailed):
            return None


class Remembered:
    """Answers that are good for some seconds: dear to get, and asked for by every page."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[str, tuple[float, Any]] = {}

    def get(self, key: str, make: Callable[[], ValueT]) -> ValueT:
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() - kept[0] < self._seconds:
            value: ValueT = kept[1]
            return value
        value = make()
        self._kept[key] = (time.monotonic(), value)
        return value

    def forget(self, key: str) -> None:
        """The next answer to `key` is a new one."""
        self._kept.pop(key, None)


class Installation:
    """One installation, its connections opened when first used. Threads may share it.

    Args:
        patience: how long who asks to look into a version waits until it has been read for the
            first time, seconds. A server's pages ask again; a command does not.
    """

    def __init__(self, settings: Settings, *, patience: float = PATIENCE) -> None:
        self.settings = settings
        self._patience = patience
        self.traffic = TrafficMeter(settings.gateway_url)
        self.workflows: dict[str, Any] = {}
        """Name -> what `lifecycles.load` keeps."""
        self.remembered = Remembered(5.0)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.settings.require("ledger_url"))

    @cached_property
    def store(self) -> Store:
        return open_store(self.settings.store_root)

    @cached_property
    def documents(self) -> Documents:
        return Documents(self.store)

    @cached_property
    def airflow(self) -> AirflowClient:
        return AirflowClient.of(self.settings)

    @cached_property
    def studio(self) -> StudioPort:
        """Label Studio.

        Raises:
            Unavailable: the installation has none; says how to get it.
        """
        from aileron.label.studio.client import Studio

        return Studio.of(self.settings)

    @cached_property
    def browser(self) -> Browser:
        return Browser(self.settings, self._patience)

    def close(self) -> None:
        for name in ("ledger", "airflow", "browser", "studio"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()


@dataclass(frozen=True)
class Scope:
    """An installation as one asker sees it: in one project, in one language."""

    installation: Installation
    actor: Actor
    project: str
    language: Language

    @property
    def settings(self) -> Settings:
        return self.installation.settings

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, writing events in the asker's name."""
        return self.installation.ledger.acting(self.actor.name)

    @property
    def store(self) -> Store:
        return self.installation.store

    @property
    def documents(self) -> Documents:
        return self.installation.documents

    @property
    def airflow(self) -> AirflowClient:
        return self.installation.airflow

    def may(self, *verbs: str) -> dict[str, Permission]:
        """Verb -> whether the asker may do it."""
        return permissions(self.actor, *verbs)

    def say(self, message_id: str, **values: Any) -> str:
        """A sentence in the asker's language."""
        return sentence(message_id, self.language, **values)

    def told(self, error: AileronError) -> str:
        """An error's sentence in the asker's language."""
        return error.render(self.language)
