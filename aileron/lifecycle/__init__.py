"""Workflows: the short YAML form, overlays, the trigger form, and the plan of a run.

Compiles what people write into graphs and plans. Runs nothing and knows no scheduler.
"""

from aileron.lifecycle.closing import settle
from aileron.lifecycle.compiler import algorithms, compile_lifecycle
from aileron.lifecycle.dataset import LoadedDataset, list_datasets, load_dataset
from aileron.lifecycle.form import form_parameters
from aileron.lifecycle.lint import Finding, lint
from aileron.lifecycle.load import Lifecycle, Pipeline, Workflow, list_lifecycles, load_lifecycle
from aileron.lifecycle.resolve import origin_of, parse_assignment, resolve, resolved_workflow

__all__ = [
    "Finding",
    "Lifecycle",
    "LoadedDataset",
    "Pipeline",
    "Workflow",
    "algorithms",
    "compile_lifecycle",
    "form_parameters",
    "lint",
    "list_datasets",
    "list_lifecycles",
    "load_dataset",
    "load_lifecycle",
    "origin_of",
    "parse_assignment",
    "resolve",
    "resolved_workflow",
    "settle",
]
