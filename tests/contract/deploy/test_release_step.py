"""`deploy.release` keeps the promises of an effect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from plugins.releases import MODEL, PROJECT, SERVICE, Platform, write_package
from plugins.waiting import wait_until

from aileron.core.catalogue import step_class
from aileron.core.errors import Conflict, InvalidInput, NotFound, Refused
from aileron.core.ports import ArtifactKind
from aileron.deploy.release import Release, ReleaseConfig
from aileron.ledger import RevisionState
from aileron.run.context import PlatformContext
from aileron.store import open_store

CONFIG = ReleaseConfig(service=SERVICE, model=MODEL)


def context(platform: Platform, run_id: str = "run_1") -> PlatformContext:
    work = platform.work / "step"
    work.mkdir(exist_ok=True)
    return PlatformContext(platform.settings, PROJECT, "cells", run_id, "wang", "key", work)


def inputs(
    platform: Platform,
    number: int,
    champion: dict[str, Any] | None = None,
    accepted: bool = True,
    approval: dict[str, Any] | None = None,
) -> dict[str, Path]:
    """What the steps before a release of version `number` leave behind."""
    folder = platform.work / f"inputs_{number}"
    model = platform.model(number)
    registered = platform.ledger.models.add(PROJECT, MODEL, model.digest, model)
    if not folder.exists():
        write_package(folder / "package", f"v{number}")
    record = {"model": MODEL, "version": registered.version, "digest": model.digest}
    reasons = [{"passed": accepted, "sentence": "roc_auc is 0.5; at least 0.9 is wanted."}]
    files: dict[str, Any] = {
        "model_record/record.json": record,
        "verdict/verdict.json": {"accepted": accepted, "reasons": reasons, "champion": champion},
        "boot_report/report.json": {
            "passed": True,
            "package": json.loads((folder / "package" / "package.json").read_text()),
        },
    }
    if approval is not None:
        files["approval/record.json"] = approval
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value))
    return {name.split("/")[0]: folder / name.split("/")[0] for name in files} | {
        "package": folder / "package"
    }


def as_champion(record: Any) -> dict[str, Any]:
    """The champion as a gate's verdict names it."""
    return {"model": MODEL, "version": record["version"], "fence": record["fence"], "digest": "d"}


def test_it_is_installed_under_its_name() -> None:
    assert step_class("deploy.release") is Release


def test_apply_then_observe_then_apply_again_changes_nothing(platform: Platform) -> None:
    step, given = Release(), inputs(platform, 1)
    assert step.observe(context(platform), CONFIG, given) is None

    record = step.apply(context(platform), CONFIG, given)

    assert record == {
        "service": SERVICE,
        "revision": 1,
        "model": MODEL,
        "version": 1,
        "fence": 1,
        "url": platform.url,
    }
    assert httpx.get(f"{record['url']}/x", trust_env=False).json()["answer"] == "v1"
    assert step.observe(context(platform), CONFIG, given) == record
    assert step.apply(context(platform, "run_2"), CONFIG, given) == record


def test_the_champion_keeps_what_it_was_compared_with(platform: Platform) -> None:
    first = Release().apply(context(platform), CONFIG, inputs(platform, 1))
    given = inputs(platform, 2, champion=as_champion(first))

    Release().apply(context(platform, "run_2"), CONFIG, given)

    champion = platform.ledger.champions.get(PROJECT, MODEL)
    assert champion is not None
    assert champion.basis is not None
    assert (champion.basis.version, champion.basis.fence) == (1, 1)
    assert (champion.run_id, champion.actor) == ("run_2", "wang")
    store = open_store(platform.settings.store_root)
    assert champion.verdict_reference == store.put(ArtifactKind.VERDICT, given["verdict"])


def test_a_champion_that_moved_since_the_gate_is_named(platform: Platform) -> None:
    first = Release().apply(context(platform), CONFIG, inputs(platform, 1))
    Release().apply(
        context(platform, "run_2"), CONFIG, inputs(platform, 2, champion=as_champion(first))
    )

    late = inputs(platform, 3, champion=as_champion(first))
    with pytest.raises(Conflict, match="run_2 made version 2"):
        Release().apply(context(platform, "run_3"), CONFIG, late)
    assert platform.answer() == "v2"


def test_the_champion_itself_gets_another_package(platform: Platform) -> None:
    first = Release().apply(context(platform), CONFIG, inputs(platform, 1))
    anew = inputs(platform, 1)
    (anew["package"] / "made_by_a_later_version").write_text("")

    record = Release().apply(context(platform, "run_2"), CONFIG, anew)

    assert (record["version"], record["revision"], record["fence"]) == (1, 2, first["fence"] + 1)
    assert platform.answer() == "v1"


def test_undo_brings_the_previous_champion_back_once(platform: Platform) -> None:
    first = Release().apply(context(platform), CONFIG, inputs(platform, 1))
    given = inputs(platform, 2, champion=as_champion(first))
    record = Release().apply(context(platform), CONFIG, given)

    Release().undo(context(platform), CONFIG, record)
    assert platform.answer() == "v1"
    Release().undo(context(platform), CONFIG, record)

    champion = platform.ledger.champions.get(PROJECT, MODEL)
    assert champion is not None
    assert (champion.version, champion.fence) == (1, 3)


def test_undoing_the_first_release_stops_the_service(platform: Platform) -> None:
    record = Release().apply(context(platform), CONFIG, inputs(platform, 1))

    Release().undo(context(platform), CONFIG, record)

    def stopped() -> bool:
        revision = platform.ledger.revisions.get(PROJECT, SERVICE, 1)
        return revision is not None and revision.state == RevisionState.STOPPED

    wait_until(stopped, 10, "the revision stopped")
    assert httpx.get(f"{platform.url}/x", trust_env=False).status_code == 503


def test_without_the_gates_yes_nothing_is_released(bare_platform: Platform) -> None:
    with pytest.raises(Refused, match=r"at least 0\.9 is wanted"):
        Release().apply(context(bare_platform), CONFIG, inputs(bare_platform, 1, accepted=False))
    assert bare_platform.ledger.services.list() == []


def test_without_a_persons_yes_nothing_is_released(bare_platform: Platform) -> None:
    said = {"approved": False, "by": "chen", "comment": "not before the holidays"}
    with pytest.raises(Refused, match=r"chen did not approve.*not before the holidays"):
        Release().apply(context(bare_platform), CONFIG, inputs(bare_platform, 1, approval=said))
    assert bare_platform.ledger.services.list() == []


def test_a_boot_check_of_another_package_does_not_count(bare_platform: Platform) -> None:
    given = inputs(bare_platform, 1)
    (given["boot_report"] / "report.json").write_text('{"package": {"name": "another"}}')
    with pytest.raises(InvalidInput, match="another package"):
        Release().apply(context(bare_platform), CONFIG, given)


def test_a_version_that_is_not_registered_is_refused(bare_platform: Platform) -> None:
    given = inputs(bare_platform, 1)
    (given["model_record"] / "record.json").write_text(json.dumps({"model": MODEL, "version": 7}))
    with pytest.raises(NotFound, match="Version 7"):
        Release().apply(context(bare_platform), CONFIG, given)


def test_a_service_of_another_model_is_not_taken_over(bare_platform: Platform) -> None:
    bare_platform.ledger.services.ensure(PROJECT, SERVICE, "other_model")
    with pytest.raises(Conflict, match="serves model other_model"):
        Release().apply(context(bare_platform), CONFIG, inputs(bare_platform, 1))
