"""Workflows: the short YAML form, overlays, the trigger form, and the plan of a run.

Compiles what people write into graphs and plans. Runs nothing and knows no scheduler. The
names below are imported when they are asked for, because schedulers import this package all
the time and need little of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aileron.lifecycle.closing import settle
    from aileron.lifecycle.compiler import algorithms, compile_lifecycle
    from aileron.lifecycle.dataset import LoadedDataset, list_datasets, load_dataset
    from aileron.lifecycle.findings import Finding, lint
    from aileron.lifecycle.form import form_parameters
    from aileron.lifecycle.load import list_lifecycles, list_workflows, load_lifecycle
    from aileron.lifecycle.planning import (
        origin_of,
        parse_assignment,
        resolve,
        resolved_workflow,
    )
    from aileron.lifecycle.workflow import (
        Export,
        Import,
        Lifecycle,
        Operation,
        Pipeline,
        Workflow,
    )

__all__ = [
    "Export",
    "Finding",
    "Import",
    "Lifecycle",
    "LoadedDataset",
    "Operation",
    "Pipeline",
    "Workflow",
    "algorithms",
    "compile_lifecycle",
    "form_parameters",
    "lint",
    "list_datasets",
    "list_lifecycles",
    "list_workflows",
    "load_dataset",
    "load_lifecycle",
    "origin_of",
    "parse_assignment",
    "resolve",
    "resolved_workflow",
    "settle",
]

_MODULES = {
    "closing": ("settle",),
    "compiler": ("algorithms", "compile_lifecycle"),
    "dataset": ("LoadedDataset", "list_datasets", "load_dataset"),
    "form": ("form_parameters",),
    "findings": ("Finding", "lint"),
    "load": ("list_lifecycles", "list_workflows", "load_lifecycle"),
    "planning": ("origin_of", "parse_assignment", "resolve", "resolved_workflow"),
    "workflow": ("Export", "Import", "Lifecycle", "Operation", "Pipeline", "Workflow"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
