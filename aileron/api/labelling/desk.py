"""Which package a request is about, and what whoever asks may do with it now."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from aileron.api.labelling.routes import Adds
from aileron.api.labelling.sessions import Grant, Session
from aileron.core.errors import Conflict, NotFound, Refused
from aileron.label.spec import LabelSpec
from aileron.label.studio.port import StudioPort
from aileron.ledger import IN_AUDIT, SETTLED, Campaign, ItemState, Ledger, Package

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")
MOST_DRAWN: Final = 10
"""Annotations of one task, and drafts: the newest alone counts."""
KEPT: Final = 512
"""Packages and campaigns whose fixed parts are remembered."""


@dataclass(frozen=True)
class Tasks:
    """The tasks of a package, as long as its state does not change."""

    positions: Mapping[int, int]
    """Task -> position."""
    samples: Mapping[int, str]
    """Position -> sample."""
    settled: frozenset[int]
    """Tasks of which is decided for good: their labels are approved, or they are left out."""
    waiting: tuple[int, ...]
    """Tasks of rejected items, in order."""


@dataclass(frozen=True)
class Place:
    """A package as somebody sees it."""

    person: str
    package: Package
    campaign: Campaign
    spec: LabelSpec
    tasks: Tasks

    @property
    def project(self) -> int:
        """Its project in Label Studio."""
        return self.package.studio_project or 0

    def check_write(self, task: int) -> None:
        """Refuse to change anything of `task` unless it may be changed now.

        Raises:
            Refused: it is not theirs to change.
            Conflict: it is submitted, approved, or over.
        """
        package = self.package
        if package.annotator != self.person:
            raise Refused("api.labelling.only_look", package=package.id)
        if not package.changeable:
            raise Conflict("api.labelling.frozen", package=package.id, state=package.state)
        if task in self.tasks.settled:
            raise Conflict("api.labelling.settled", position=self.tasks.positions[task])


class Desk:
    """Finds packages for sessions. Each question asks the ledger; threads may share one."""

    def __init__(self, ledger: Ledger, studio: StudioPort) -> None:
        self._ledger = ledger
        self._studio = studio
        self._campaigns = _Kept[int, tuple[Campaign, LabelSpec]]()
        self._tasks = _Kept[tuple[Any, ...], Tasks]()
        self._owners = _Kept[tuple[str, int], int]()

    def of_package(self, session: Session, package: int) -> Place:
        """A package that the session has opened.

        Raises:
            NotFound: it has not.
            Refused: the package is somebody else's now, or is not looked into any more.
        """
        return self._one(session, lambda place: place.package.id == package)

    def of_project(self, session: Session, project: int) -> Place:
        """The package whose project in Label Studio that is; raises as `of_package`."""
        return self._one(session, lambda place: place.project == project)

    def of_task(self, session: Session, task: int) -> Place:
        """The package that has the task; raises as `of_package`."""
        return self._one(session, lambda place: task in place.tasks.positions)

    def task_of_annotation(self, annotation: int) -> int:
        """The task that an annotation belongs to, whosever it is; `NotFound` if to none."""
        return self._owner("annotation", annotation, self._studio.task_of_annotation)

    def task_of_draft(self, draft: int) -> int:
        """The task that a draft belongs to, whosever it is; `NotFound` if to none."""
        return self._owner("draft", draft, self._studio.task_of_draft)

    def check_room(self, kind: Adds, task: int) -> None:
        """Refuse one more annotation or draft of a task that has many already.

        Raises:
            Conflict: says so.
        """
        count = self._studio.count(kind, task)
        if count >= MOST_DRAWN:
            raise Conflict(f"api.labelling.too_many_{kind}s", count=count)

    def _one(self, session: Session, wanted: Callable[[Place], bool]) -> Place:
        for grant, place in self._places(session):
            if wanted(place):
                _check_grant(grant, place)
                return place
        raise NotFound("api.labelling.nothing_here")

    def _places(self, session: Session) -> Iterator[tuple[Grant, Place]]:
        for grant in session.grants:
            try:
                package = self._ledger.labelling.package(grant.project, grant.package)
            except NotFound:
                continue
            if package.studio_project is None:
                continue
            campaign, spec = self._campaigns.get(
                package.campaign_id, functools.partial(self._read, package)
            )
            yield grant, Place(session.person, package, campaign, spec, self._tasks_of(package))

    def _read(self, package: Package) -> tuple[Campaign, LabelSpec]:
        campaign = self._ledger.labelling.campaign_of(package)
        return campaign, LabelSpec.model_validate(campaign.spec)

    def _tasks_of(self, package: Package) -> Tasks:
        key = (package.id, package.studio_project, package.state, package.round)
        return self._tasks.get(key, lambda: self._look(package))

    def _look(self, package: Package) -> Tasks:
        items = [item for item in self._ledger.labelling.items(package.id) if item.studio_task]
        tasks = {item.position: item.studio_task or 0 for item in items}
        states = {item.position: item.state for item in items}
        return Tasks(
            positions={task: position for position, task in tasks.items()},
            samples={item.position: item.sample_id for item in items},
            settled=frozenset(tasks[at] for at, state in states.items() if state in SETTLED),
            waiting=tuple(tasks[at] for at, state in states.items() if state is ItemState.REJECTED),
        )

    def _owner(self, kind: str, ident: int, ask: Callable[[int], int]) -> int:
        try:
            return self._owners.get((kind, ident), lambda: ask(ident))
        except NotFound:
            raise NotFound("api.labelling.nothing_here") from None


def _check_grant(grant: Grant, place: Place) -> None:
    """Refuse what was opened once and is not the person's any more."""
    package, mine = place.package, place.package.annotator == place.person
    if not grant.look:
        if not mine:
            raise Refused("api.labelling.not_theirs", package=package.id)
    elif mine or package.state not in IN_AUDIT:
        raise Refused("api.labelling.look_over", package=package.id, state=package.state)


class _Kept(Generic[KeyT, ValueT]):
    """What never changes, remembered; what was asked for longest ago is forgotten."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[KeyT, ValueT] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: KeyT, make: Callable[[], ValueT]) -> ValueT:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = make()
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value
