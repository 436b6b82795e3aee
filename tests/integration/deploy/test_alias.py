"""MLflow's alias `champion` follows the ledger's row, on a real MLflow server."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from plugins.postgres import free_port
from plugins.references import reference
from plugins.releases import MODEL, PROJECT, SERVICE, Platform

from aileron.core.names import registered_model
from aileron.core.ports import ArtifactKind
from aileron.core.settings import Settings
from aileron.deploy.reconcile import Reconciler, alias_or_later
from aileron.deploy.targets import Targets
from aileron.ledger import Champion
from aileron.registry import champion_alias


@pytest.fixture
def settings(bare_platform: Platform, mlflow_server: str) -> Settings:
    return bare_platform.settings.model_copy(update={"mlflow_url": mlflow_server})


def test_a_release_that_died_before_its_alias_is_repaired(
    bare_platform: Platform, settings: Settings
) -> None:
    _crowned(bare_platform, settings.require("mlflow_url"))
    assert champion_alias(settings, PROJECT, MODEL) is None

    ledger = bare_platform.ledger
    reconciler = Reconciler(settings, ledger, Targets(settings, lambda: ledger.installation))

    assert f"alias of {PROJECT}/{MODEL}" in reconciler.repair()
    assert champion_alias(settings, PROJECT, MODEL) == "1"
    assert reconciler.repair() == []


def test_a_release_does_not_fail_since_mlflow_is_away(bare_platform: Platform) -> None:
    champion = _crowned(bare_platform)
    away = bare_platform.settings.model_copy(
        update={"mlflow_url": f"http://127.0.0.1:{free_port()}"}
    )
    lines: list[str] = []

    alias_or_later(away, bare_platform.ledger, champion, lines.append)

    assert len(lines) == 1
    assert "will follow later" in lines[0]


def _crowned(platform: Platform, mlflow_url: str | None = None) -> Champion:
    """A champion row, as a release leaves it that dies before its projections."""
    if mlflow_url:
        name = registered_model(PROJECT, MODEL)
        _post(mlflow_url, "registered-models/create", {"name": name})
        run = _post(mlflow_url, "runs/create", {"experiment_id": "0"})["run"]["info"]
        version = {"name": name, "source": f"{run['artifact_uri']}/model", "run_id": run["run_id"]}
        _post(mlflow_url, "model-versions/create", version)
    ledger, model = platform.ledger, reference("b", ArtifactKind.MODEL)
    ledger.models.add(PROJECT, MODEL, model.digest, model, mlflow_version="1")
    ledger.services.ensure(PROJECT, SERVICE, MODEL)
    package = reference("a", ArtifactKind.PACKAGE)
    revision = ledger.revisions.add(PROJECT, SERVICE, package, MODEL, 1)
    return ledger.champions.compare_and_set(
        PROJECT,
        MODEL,
        None,
        version=1,
        model_reference=model,
        package_reference=package,
        service=SERVICE,
        revision=revision.number,
    )


def _post(mlflow_url: str, path: str, body: dict[str, str]) -> Any:
    url = f"{mlflow_url}/api/2.0/mlflow/{path}"
    answer = httpx.post(url, json=body, timeout=60, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.json()
