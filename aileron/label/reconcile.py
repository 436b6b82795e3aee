"""Reconciling: what is drawn in Label Studio becomes what the ledger says of a package.

It compares everything that is there with everything that is known, so that it does not matter
which hints came, how often and in what order.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aileron.core.errors import Conflict, InvalidInput, NotFound
from aileron.label.interface.results import to_annotation
from aileron.label.source import SampleSource
from aileron.label.spec import LabelSpec
from aileron.label.studio.port import Drawing, StudioPort, TaskState
from aileron.label.work import Seen, Work
from aileron.ledger import Ledger, Package

ACTOR: Final = "labelling"
TRIES: Final = 5
"""Looks at a package that others look at, too."""
log = logging.getLogger(__name__)


def reconcile(ledger: Ledger, studio: StudioPort, samples: SampleSource, package: Package) -> int:
    """Take over what was drawn in a package; how many annotations are new.

    Of a package that nobody may change nothing is taken, and nothing is lost: it is there when
    the package is returned. One whose project is gone from Label Studio is handed out anew when
    it is opened next.

    Raises:
        Unavailable: Label Studio does not answer.
        Conflict: others looked at it all the time.
    """
    campaign = ledger.labelling.campaign_of(package)
    work = Work(ledger, campaign.project, ACTOR)
    spec = LabelSpec.model_validate(campaign.spec)
    for _ in range(TRIES):
        package = ledger.labelling.package(campaign.project, package.id)
        if package.studio_project is None or not package.changeable:
            return 0
        asked = ledger.labelling.clock()
        try:
            states = studio.states(package.studio_project)
        except NotFound:
            log.warning("package %d is gone from Label Studio", package.id)
            ledger.labelling.taken_back(package.id, package.studio_project)
            return 0
        names = {item.studio_task: item.sample_id for item in ledger.labelling.items(package.id)}
        states = [state for state in states if state.task in names]
        drawn = [names[state.task] for state in states if _newest(state)]
        bodies = samples.bodies(campaign.dataset, campaign.version, drawn)
        found = [_seen(spec, state, bodies.get(names[state.task])) for state in states]
        try:
            return work.observe(package.id, found, at=asked)
        except Conflict as error:
            if error.message_id != "label.work.looked_meanwhile":
                raise
    raise Conflict("label.studio.busy", package=package.id)


def _seen(spec: LabelSpec, state: TaskState, body: Mapping[str, Any] | None) -> Seen:
    newest = _newest(state)
    if newest is None or body is None:
        return Seen(state.task, draft=bool(state.drafts))
    if newest.cancelled:
        return Seen(state.task, skipped=True, draft=bool(state.drafts), seconds=newest.seconds)
    try:
        annotation = to_annotation(spec, body, newest.result).to_json()
    except InvalidInput as error:  # the gate refuses such ones; it was drawn around it
        log.warning("%s", error)
        return Seen(state.task, draft=True)
    return Seen(state.task, annotation, draft=bool(state.drafts), seconds=newest.seconds)


def _newest(state: TaskState) -> Drawing | None:
    drawings: Sequence[Drawing] = state.annotations
    return max(drawings, key=lambda one: (one.updated, one.id), default=None)
