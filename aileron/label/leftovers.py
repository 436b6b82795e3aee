"""What nobody needs any more in Label Studio: projects of hand-outs that were not finished, and of
campaigns that are over.

What was said in a campaign is in the ledger, where people look at it after the end. All of this is
safe to repeat, and to do twice at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from aileron.core.errors import NotFound
from aileron.label.studio.port import StudioPort
from aileron.ledger import Ledger

UNFINISHED: Final = timedelta(minutes=15)
"""How old a project is at least that nobody is still filling."""
ENDED: Final = timedelta(days=1)
"""How long a campaign is over before its projects go: pages may be open, and a mistake be seen."""


def sweep(ledger: Ledger, studio: StudioPort, age: timedelta = UNFINISHED) -> int:
    """Delete the projects in Label Studio that a hand-out did not finish; how many.

    One that may still be filled is left alone, as is one in which anything is drawn.
    """
    gone = 0
    for project, note in studio.untouched(age):
        if _is_nobodys(ledger, project, note):
            studio.delete_project(project)
            gone += 1
    return gone


def clear(
    ledger: Ledger, studio: StudioPort, age: timedelta = ENDED, unfinished: timedelta = UNFINISHED
) -> Iterator[int]:
    """Delete the projects of campaigns that ended or were deleted, whatever is drawn in them.

    One by one as it is asked for more, so that who asks can stop.

    Args:
        age: how long ago a campaign ended at least.
        unfinished: projects that are not so old are left alone.

    Yields:
        The project that is gone.
    """
    for package in ledger.labelling.left_over(age):
        project = package.studio_project or 0
        studio.delete_project(project)
        ledger.labelling.taken_back(package.id, project)
        yield project
    for project, note in studio.noted(unfinished):
        if _was_deleted(ledger, note):
            studio.delete_project(project)
            yield project


def _is_nobodys(ledger: Ledger, project: int, note: str) -> bool:
    whose = _whose(note)
    if whose is None:
        return False
    try:
        package = ledger.labelling.package(whose["project"], whose["package"])
    except NotFound:
        return True
    return package.studio_project != project


def _was_deleted(ledger: Ledger, note: str) -> bool:
    """Whether the ledger tells that the campaign was deleted; not knowing it is not enough.

    It may be a ledger from a backup, and what is drawn there is nowhere else.
    """
    whose = _whose(note)
    if whose is None:
        return False
    try:
        ledger.labelling.package(whose["project"], whose["package"])
    except NotFound:
        subject = f"campaign:{whose['project']}/{whose['campaign']}"
        return bool(ledger.events.list(whose["project"], subject, verb="campaign.deleted", limit=1))
    return False


def _whose(note: str) -> dict[str, Any] | None:
    """What `hand_out` noted; None: the project is none of ours."""
    try:
        found = json.loads(note)
        return {"project": str(found["project"]), "campaign": str(found["campaign"]),
                "package": int(found["package"])}  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return None
