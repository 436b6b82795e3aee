"""Defining a dataset from afar: its definition is checked and written into the workspace."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local import dataset_list
from aileron.client.local.installation import Scope
from aileron.core.access import authorize
from aileron.core.names import DEFAULT_PROJECT
from aileron.lifecycle.defining import define
from aileron.lifecycle.spec import API_VERSION

NEW: Final = "new"
"""What a definition says for samples that are to be added one at a time."""
HEAD: Final = {"apiVersion": API_VERSION, "kind": "Dataset"}


def define_dataset(scope: Scope, definition: Mapping[str, Any]) -> r.DatasetBrief:
    """Write ``dataset.yaml`` of a new dataset, and say who did."""
    authorize(scope.actor, "dataset.edit", scope.project)
    values = {**HEAD, **definition}
    section = values.get("import", {})
    if isinstance(section, Mapping) and section.get("project", DEFAULT_PROJECT) != scope.project:
        # Its scheduled runs make versions there, whoever the definition names.
        values["import"] = {**section, "project": scope.project}
    source = values.get("source")
    if isinstance(source, Mapping) and source.get("draft") == NEW:
        values["source"] = {**source, "draft": uuid.uuid4().hex}
    made = define(scope.settings, values)
    subject = f"dataset:{scope.project}/{made.name}"
    scope.ledger.events.append(
        scope.project, scope.actor.name, "dataset.defined", subject, None, values
    )
    wanted = dataset_list.Wanted()
    return next(one for one in dataset_list.datasets(scope, wanted) if one.name == made.name)
