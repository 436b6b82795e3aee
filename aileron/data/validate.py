"""Step `data.validate`: the dataset must meet its expectation suite.

A critical expectation that fails, fails the step; a warning is only reported. The report is
written in both cases, before the step fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from aileron.core.errors import StepFailed
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.data.card import AnyCard, read_card
from aileron.data.specs import ExpectationSpec
from aileron.data.suite import Engine, Outcome, run_suite
from aileron.data.validation_report import write_report

SHOWN_ROWS = 5


class ValidateConfig(StepConfig):
    """What must hold."""

    expectations: tuple[ExpectationSpec, ...] = Field(
        (), description="Great Expectations' expectations, run in this order"
    )
    engine: Engine = Field(
        "auto",
        description="what computes them: Great Expectations in memory, or DuckDB for any size; "
        "by default DuckDB above one million rows",
    )


class ValidateDataset(Component[ValidateConfig]):
    """Check a dataset."""

    name = "data.validate"
    version = 3
    title: ClassVar[Mapping[str, str]] = {"en": "Validate a dataset", "zh": "校验数据集"}
    Config = ValidateConfig
    inputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {"report": Port(ArtifactKind.REPORT)}

    def run(
        self, context: Context, config: ValidateConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        card = read_card(inputs["dataset"])
        outcomes = run_suite(
            inputs["dataset"], card, config.expectations, context.work, config.engine
        )
        folder = context.output("report")
        write_report(folder, card, outcomes)
        for outcome in outcomes:
            context.log(outcome.line())
        failed = [o for o in outcomes if not o.success and o.severity == "critical"]
        if failed:
            raise _failure(card, failed)
        return {"report": folder}


def _failure(card: AnyCard, failed: Sequence[Outcome]) -> StepFailed:
    """The error that shows the first failure in full and names the others."""
    first = failed[0]
    facts = {
        "dataset": card.name,
        "expectation": first.type,
        "column": first.column or "-",
        "wanted": first.wanted(),
        "others": "; ".join(outcome.subject for outcome in failed[1:]) or "-",
    }
    if first.error is not None:
        return StepFailed("data.expectation_broke", problem=first.error, **facts)
    if first.unexpected_count is None:
        return StepFailed("data.expectation_failed", observed=first.observed_text(), **facts)
    return StepFailed(
        "data.expectation_failed_rows",
        count=first.unexpected_count,
        total=first.element_count,
        rows=", ".join(f"{row.sample_id} ({row.value})" for row in first.rows[:SHOWN_ROWS]),
        **facts,
    )
