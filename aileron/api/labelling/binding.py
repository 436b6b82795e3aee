"""Which package a request is bound to, and whether what it says can be an annotation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from aileron.api.labelling.desk import Desk, Place
from aileron.api.labelling.sessions import Session
from aileron.core.errors import InvalidInput, NotFound
from aileron.label.interface.results import to_annotation
from aileron.label.source import SampleSource


def bind(
    desk: Desk,
    request: Request,
    session: Session,
    numbers: Mapping[str, int],
    body: Mapping[str, Any],
) -> tuple[Place, int]:
    """The package and the task (0: none) that every number of a request belongs to."""
    tasks = {numbers[name] for name in ("task",) if name in numbers}
    if "annotation" in numbers:
        tasks.add(desk.task_of_annotation(numbers["annotation"]))
    for draft in (numbers.get("draft"), body.get("draft_id")):
        if draft:
            tasks.add(desk.task_of_draft(_number(draft)))
    if len(tasks) > 1:
        raise NotFound("api.labelling.nothing_here")
    named = {_number(text) for text in request.query_params.getlist("project")}
    if tasks:
        (task,) = tasks
        place = desk.of_task(session, task)
    else:
        task = 0
        wanted = numbers.get("project") or next(iter(named), None)
        if wanted is not None:
            place = desk.of_project(session, wanted)
        elif session.grants:  # what the gate says by itself is of no package
            place = desk.of_package(session, session.grants[0].package)
        else:
            raise NotFound("api.labelling.nothing_here")
    if named - {place.project}:
        raise NotFound("api.labelling.nothing_here")
    return place, task


def check_drawing(samples: SampleSource, place: Place, task: int, sent: Mapping[str, Any]) -> None:
    """Refuse a drawing that is no annotation of its sample.

    Raises:
        InvalidInput: says what is wrong, for the page to show.
    """
    result = sent.get("result")
    if result is None:
        return
    if not (isinstance(result, list) and all(isinstance(one, dict) for one in result)):
        raise InvalidInput("api.labelling.bad_body", problem="result")
    campaign = place.campaign
    sample = place.tasks.samples[place.tasks.positions[task]]
    bodies = samples.bodies(campaign.dataset, campaign.version, [sample])
    if sample in bodies:
        to_annotation(place.spec, bodies[sample], result)


def _number(text: Any) -> int:
    try:
        return int(text)
    except (TypeError, ValueError):
        raise NotFound("api.labelling.nothing_here") from None
