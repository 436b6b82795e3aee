"""The steps of stage `deploy` keep what effects and waits promise, on real processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plugins.releases import MODEL, PROJECT, SERVICE, Platform, write_package

from aileron.deploy.approve import Approve, record_decision
from aileron.deploy.release import Release
from aileron.run.conformance import Case, check_effect, check_wait


def test_approval_is_a_wait(bare_platform: Platform) -> None:
    def decide() -> None:
        record_decision(
            bare_platform.ledger, PROJECT, "default/conformance/1", approved=True, by="chen"
        )

    case = Case({"subject": "Shall it serve?"})
    check_wait(Approve, case, bare_platform.settings, come=decide)


def test_release_is_an_effect(platform: Platform) -> None:
    ledger = platform.ledger
    config = {"service": SERVICE, "model": MODEL}

    def world() -> object:
        """Not the revisions: their supervisor goes on at its own pace."""
        champions = [(c.version, c.fence) for c in ledger.champions.history(PROJECT, MODEL)]
        services = [(s.name, str(s.desired)) for s in ledger.services.list()]
        return champions, services

    check_effect(
        Release,
        Case(config, before_release(platform, accepted=True)),
        platform.settings,
        world,
        refused=[
            Case(config, before_release(platform, accepted=False)),
            Case(config | {"model": "another"}, before_release(platform, accepted=True)),
            Case({}, before_release(platform, accepted=True)),
        ],
    )


def before_release(platform: Platform, *, accepted: bool) -> dict[str, Path]:
    """What the steps before a release leave behind."""
    folder = platform.work / f"accepted_{accepted}"
    package = folder / "package"
    if not package.exists():
        write_package(package, "v1")
    model = platform.model(1)
    version = platform.ledger.models.add(PROJECT, MODEL, model.digest, model).version
    reasons = [{"passed": accepted, "sentence": "roc_auc is 0.5."}]
    files: dict[str, Any] = {
        "model_record/record.json": {"model": MODEL, "version": version, "digest": model.digest},
        "verdict/verdict.json": {"accepted": accepted, "reasons": reasons, "champion": None},
        "boot_report/report.json": {
            "passed": True,
            "package": json.loads((package / "package.json").read_text()),
        },
    }
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value))
    return {name.split("/")[0]: folder / name.split("/")[0] for name in files} | {
        "package": package
    }
