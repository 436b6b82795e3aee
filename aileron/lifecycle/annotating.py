"""What a lifecycle says of labelling, on its way to the steps that do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aileron.core.documents import FieldPath, check_values
from aileron.core.errors import InvalidInput
from aileron.core.settings import Settings
from aileron.label.spec import LabelSpec, load_spec
from aileron.lifecycle.dataset import LoadedDataset
from aileron.lifecycle.workflow import Lifecycle

CAMPAIGN: Final = "label.campaign"
ANNOTATE: Final = "label.annotate"


def asked_labels(workflow: Lifecycle, settings: Settings) -> dict[str, Any]:
    """The fields of the dataset's ``labels.yaml``, with those of the lifecycle over them.

    But for `publish_every`: the lifecycle itself makes the version, and one that its campaign
    made meanwhile would come between.

    Raises:
        InvalidInput: one of them is wrong; with file and line.
    """
    spec = workflow.spec
    written = load_spec(settings, spec.dataset)
    fields = written.model_dump(mode="json", by_alias=True, exclude_unset=True)
    given = spec.annotate.labels if spec.annotate else {}
    at: FieldPath = ("annotate", "labels")
    if given.get("publish_every") is not None:
        where = workflow.document.where((*at, "publish_every"))
        raise InvalidInput("lifecycle.annotate_publishes", where=where)
    fields.pop("publish_every", None)
    checked = check_values(LabelSpec, {**fields, **given}, workflow.document, at)
    return checked.model_dump(mode="json", by_alias=True, exclude_unset=True)


def taken_in(labels: Mapping[str, Any]) -> dict[str, Any]:
    """How the dataset takes what was said: with the classes of `labels` that it lacks."""
    classes = labels.get("classes", ())
    points = {one["name"]: one["points"] for one in classes if one.get("points")}
    return {
        "classes": [one["name"] for one in classes],
        "points": points,
        "may_be_empty": True,
    }


def check_keeps(workflow: Lifecycle, dataset: LoadedDataset) -> None:
    """Raise `InvalidInput` if importing the dataset again would undo what people labelled."""
    how = dataset.definition.import_
    if (how.mode, how.same_ids) != ("append", "keep"):
        where = workflow.document.where(("annotate",))
        raise InvalidInput("lifecycle.annotate_replaces", where=where, name=dataset.name)
