"""Handing out: a package gets a project of its own in Label Studio, with a task for each sample.

Nothing is locked: whoever comes second finds that the ledger knows a project already and takes
its own away again. What a process left that was killed in between nobody sees, as the ledger
does not know it; `aileron.label.leftovers` takes it away.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Final

from aileron.core.errors import InvalidInput, NotFound
from aileron.label.annotation import Annotation
from aileron.label.interface.config import labelling_config
from aileron.label.interface.results import to_result
from aileron.label.interface.tasks import prediction, task_data
from aileron.label.source import SampleSource
from aileron.label.spec import LabelSpec
from aileron.label.studio.port import StudioPort
from aileron.ledger import Campaign, Item, Ledger, Package

MEDIA: Final = "/label/media"
log = logging.getLogger(__name__)
Bodies = Mapping[str, Mapping[str, Any]]
"""Id -> the JSON of a sample."""
Suggest = Callable[[Campaign, Package, Sequence[Item], Bodies], Mapping[int, Mapping[str, Any]]]
"""Position -> what a model suggests there, as `Suggesting.for_package` does."""


def hand_out(
    ledger: Ledger,
    studio: StudioPort,
    samples: SampleSource,
    package: Package,
    suggest: Suggest | None = None,
) -> Package:
    """Make the package's project and tasks, if it has none; safe to repeat and to do twice at once.

    What the ledger knows of its items already is drawn in the new tasks.

    Raises:
        NotFound: the dataset version has a sample no more; names it.
        Unavailable: Label Studio does not answer.
    """
    labelling = ledger.labelling
    campaign = labelling.campaign_of(package)
    package = labelling.package(campaign.project, package.id)
    if package.studio_project is not None:
        return package
    spec = LabelSpec.model_validate(campaign.spec)
    items = labelling.items(package.id)
    bodies = samples.bodies(campaign.dataset, campaign.version, [one.sample_id for one in items])
    tasks = [_task(spec, campaign, item, _body(bodies, campaign, item)) for item in items]
    suggested = suggest(campaign, package, items, bodies) if suggest else {}
    title = f"{campaign.name[:40]} {package.number}"
    whose = {"project": campaign.project, "campaign": campaign.name, "package": package.id}
    project = studio.create_project(title, labelling_config(spec), _shown(spec), json.dumps(whose))
    made = _add(studio, project, tasks, [suggested.get(item.position) for item in items])
    places = {item.position: task for item, task in zip(items, made, strict=True)}
    if not labelling.handed_out(package.id, project, places):
        studio.delete_project(project)
    return labelling.package(campaign.project, package.id)


def _shown(spec: LabelSpec) -> str:
    """The instructions as HTML, which Label Studio shows as it is."""
    return escape(spec.instructions).replace("\n", "<br>")


def media_path(campaign: int, package: int, position: int) -> str:
    """Where the gate serves what is to be labelled; the same for ever."""
    return f"{MEDIA}/{campaign}/{package}/{position}"


def _add(
    studio: StudioPort,
    project: int,
    tasks: Sequence[Mapping[str, Any]],
    suggested: Sequence[Mapping[str, Any] | None],
) -> list[int]:
    """Make the tasks; without the suggestions if Label Studio does not take them."""
    more = [
        {**task, "predictions": [one]} if one else task
        for task, one in zip(tasks, suggested, strict=True)
    ]
    try:
        return studio.add_tasks(project, more)
    except InvalidInput as error:
        if not any(suggested):
            raise
        log.warning("suggestions are left out: %s", error.render("en"))
        return studio.add_tasks(project, tasks)


def _task(
    spec: LabelSpec, campaign: Campaign, item: Item, body: Mapping[str, Any]
) -> dict[str, Any]:
    url = media_path(campaign.id, item.package_id, item.position)
    task: dict[str, Any] = {"data": task_data(spec, body, url)}
    if item.annotation is not None:
        result = to_result(spec, body, Annotation.model_validate(item.annotation))
        task["annotations"] = [{"result": result, "lead_time": item.seconds}]
    elif spec.existing == "suggestion" and (suggested := prediction(spec, body)):
        task["predictions"] = [suggested]
    return task


def _body(bodies: Bodies, campaign: Campaign, item: Item) -> Mapping[str, Any]:
    if item.sample_id not in bodies:
        raise NotFound(
            "label.studio.sample_gone",
            sample=item.sample_id,
            dataset=campaign.dataset,
            version=campaign.version,
        )
    return bodies[item.sample_id]
