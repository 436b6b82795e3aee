"""What can be chosen of when data are imported, worked on or exported: formats and operations."""

from __future__ import annotations

from inspect import getdoc
from typing import Final, get_args

from aileron.client import records as r
from aileron.client.local.option_forms import option_form
from aileron.core.catalogue import step_class
from aileron.core.errors import Language
from aileron.core.fields import worded
from aileron.core.ports import ArtifactKind
from aileron.data.card import Task
from aileron.data.formats import formats
from aileron.data.preparing.previewing import Previewing
from aileron.data.table_export import WRITERS
from aileron.lifecycle.work_graphs import MAKING, operations

PACKAGE: Final = "data"
KEPT_BY_THE_RUN: Final = ("parent", "other_parent")
"""Options that the run fills in itself, for the record."""


def formats_of_data() -> tuple[r.DataFormat, ...]:
    """Those of tables, then those of annotated data by name."""
    tables = (
        r.DataFormat(
            name=name,
            title=r.Title.model_validate(dict(writer.title)),
            modality="table",
            tasks=get_args(Task),
        )
        for name, writer in WRITERS.items()
    )
    annotated = (
        r.DataFormat(
            name=one.name,
            title=r.Title.model_validate(dict(one.title)),
            modality=one.modality,
            tasks=one.tasks,
            options=dict(one.options),
        )
        for one in formats()
    )
    return (*tables, *annotated)


def operation_shapes(language: Language) -> tuple[r.OperationShape, ...]:
    """The installed operations by name, with their options in `language`."""
    return tuple(_shape(name, step, language) for name, step in sorted(operations().items()))


def _shape(name: str, step: str, language: Language) -> r.OperationShape:
    declared = step_class(step)
    files = (
        port
        for port, about in declared.inputs.items()
        if about.kind is ArtifactKind.SOURCE and port not in MAKING
    )
    about = (getdoc(declared) or "").partition("\n")[0]
    return r.OperationShape(
        name=name,
        title=r.Title.model_validate(dict(declared.title)),
        description=worded({"description": about}, PACKAGE, language)["description"],
        modalities=getattr(declared, "modalities", ()),
        tasks=getattr(declared, "tasks", ()),
        previewable=issubclass(declared, Previewing),
        merges="other" in declared.inputs,
        sources=tuple(files),
        form=option_form(declared.Config, PACKAGE, language, KEPT_BY_THE_RUN),
    )
