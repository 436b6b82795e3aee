"""`deploy.approve` keeps the promises of a wait."""

from __future__ import annotations

import pytest
from plugins.releases import PROJECT, Platform

from aileron.core.catalogue import step_class
from aileron.core.errors import Conflict
from aileron.core.steps import Record
from aileron.deploy.approve import Approve, ApproveConfig, record_decision
from aileron.run.context import PlatformContext


def ready(platform: Platform, run_id: str = "run_1") -> Record | None:
    context = PlatformContext(
        platform.settings, PROJECT, "cells", run_id, "wang", "key", platform.work
    )
    return Approve().ready(context, ApproveConfig(), {})


def test_it_is_installed_under_its_name() -> None:
    assert step_class("deploy.approve") is Approve


def test_it_waits_until_somebody_decides(bare_platform: Platform) -> None:
    assert ready(bare_platform) is None

    record_decision(
        bare_platform.ledger, PROJECT, "run_1", approved=True, by="chen", comment="looks right"
    )

    assert ready(bare_platform) == {"approved": True, "by": "chen", "comment": "looks right"}
    assert ready(bare_platform, "run_2") is None, "a decision is about one run"


def test_the_first_decision_stands(bare_platform: Platform) -> None:
    ledger = bare_platform.ledger
    record_decision(ledger, PROJECT, "run_1", approved=False, by="chen")

    record_decision(ledger, PROJECT, "run_1", approved=False, by="chen")
    with pytest.raises(Conflict, match="chen already decided"):
        record_decision(ledger, PROJECT, "run_1", approved=True, by="li")

    record = ready(bare_platform)
    assert record is not None
    assert record["approved"] is False
