"""A new dataset's definition, checked and written into the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aileron.core.documents import Document
from aileron.core.errors import Conflict, InvalidInput
from aileron.core.names import check_name
from aileron.core.settings import Settings
from aileron.data.definition import (
    DATASETS_FOLDER,
    DEFINITION_FILE,
    AnyDefinition,
    defined_datasets,
    load_definition,
)
from aileron.data.source_specs import LOCAL_PLACES
from aileron.lifecycle.new.writing import SCHEMA, text, write


def define(settings: Settings, values: Mapping[str, Any]) -> AnyDefinition:
    """Write ``datasets/NAME/dataset.yaml`` from its fields.

    Whoever asks may not know this machine's folders, so the source lies elsewhere or is a
    sample: paths relative to the definition are for those who edit the workspace.

    Raises:
        Conflict: there is a dataset of that name.
        InvalidInput: a field is wrong, or the source is a path of this machine.
    """
    name = check_name(str(values.get("name", "")))
    path = settings.workspace / DATASETS_FOLDER / name / DEFINITION_FILE
    if name in defined_datasets(settings.workspace):
        raise Conflict("lifecycle.dataset_exists", where=str(path), name=name)
    definition = load_definition(path.parent, Document(path, dict(values), {}))
    local = LOCAL_PLACES & definition.source.model_fields_set
    if local:
        raise InvalidInput("lifecycle.source_of_this_machine", field=f"source.{min(local)}")
    write({path: SCHEMA.format("../../configs/schema", "dataset") + text(values)})
    return definition
