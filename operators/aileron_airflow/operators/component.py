"""Pure steps: one, or a group of light ones that share a task."""

from __future__ import annotations

from aileron_airflow.operators.nodes import NodesOperator


class AileronComponentOperator(NodesOperator):
    """Executes components; each is taken from the cache if nothing it depends on changed."""

    ui_color = "#e4f2e4"
