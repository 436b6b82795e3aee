"""What the terminal does to services, pools and the gateway; no cluster is needed for that."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from plugins.history import History

from aileron.cli import command
from aileron.cluster.access import Cluster, Offers
from aileron.cluster.pools import load_pool
from aileron.cluster.serving import ServicePlacement
from aileron.core.errors import AileronError, InvalidInput
from aileron.deploy.gateway_pods import gateway_placement

Aileron = Callable[..., Result]


@pytest.fixture(autouse=True)
def aileron(history: History, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Aileron:
    """``aileron("service", "list")``; an error of ours is raised. Pool `shared` is there."""
    for name in [name for name in os.environ if name.startswith("AILERON_")]:
        monkeypatch.delenv(name)
    away = {"KUBECONFIG": str(tmp_path / "absent"), "AILERON_AIRFLOW_URL": "http://127.0.0.1:9"}
    for name, value in {**history.settings.environment(), **away, "AILERON_LANG": "en"}.items():
        monkeypatch.setenv(name, value)
    history.workspace.pool_file()

    def run(*words: str | Path, code: int = 0) -> Result:
        done = CliRunner().invoke(command, list(map(str, words)))
        if isinstance(done.exception, AileronError):
            raise done.exception
        assert done.exit_code == code, done.output
        return done

    return run


def test_a_service_on_a_cluster_gets_as_many_pods_as_are_asked_for(
    aileron: Aileron, history: History
) -> None:
    history.released(history.finished(history.trained("r1")))
    pool = load_pool(history.workspace.folder, "shared")
    placement = ServicePlacement(pod=gateway_placement(pool), replicas=1)
    history.ledger.revisions.place("default", "fruit", 1, placement)
    assert "replicas  3" in aileron("service", "scale", "fruit", "3").stdout
    said = json.loads(aileron("service", "scale", "fruit", "2", "--json").stdout)
    assert said == {"service": "fruit", "replicas": 2}
    found = history.revision().placement
    assert found is not None
    assert found.replicas == 2


def test_a_stopped_service_is_deleted(aileron: Aileron, history: History) -> None:
    history.released(history.finished(history.trained("r1")))
    aileron("service", "stop", "fruit")
    said = json.loads(aileron("service", "delete", "fruit", "--json").stdout)
    assert said == {"service": "fruit", "deleted": True}
    assert "fruit" not in aileron("service", "list").stdout


def test_each_pool_is_synced_whatever_the_others_are_like(
    aileron: Aileron, history: History
) -> None:
    history.workspace.write("configs/pools/broken.yaml", "kind: Pool\n")
    history.workspace.write("configs/pools/wrong.yaml", "kind: Lifecycle\n")
    printed = json.loads(aileron("pool", "sync", "--json", code=1).stdout)
    rows = {row["name"]: row for row in printed}
    assert {row["state"] for row in rows.values()} == {"abnormal"}
    assert "broken.yaml" in rows["broken"]["reason"]
    assert "no way to a Kubernetes cluster" in rows["shared"]["reason"]
    assert "wrong.yaml" in rows["wrong"]["reason"]


def test_a_gateways_objects_are_printed_for_others_to_apply(
    aileron: Aileron, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers = Offers((1, 34), frozenset({("policy/v1", "PodDisruptionBudget")}))
    monkeypatch.setattr(Cluster, "offers", offers)
    words = ("--pool", "shared", "--replicas", "3", "--type", "NodePort", "--image", "mine:1")
    printed = yaml.safe_load_all(aileron("gateway", "manifest", *words).stdout)
    found = {one["kind"]: one for one in printed}
    assert found.keys() == {"ServiceAccount", "Service", "PodDisruptionBudget", "Deployment"}
    assert {one["metadata"]["namespace"] for one in found.values()} == {"aileron-shared"}
    assert found["Service"]["spec"]["type"] == "NodePort"
    deployment = found["Deployment"]["spec"]
    assert deployment["replicas"] == 3
    assert deployment["template"]["spec"]["containers"][0]["image"] == "mine:1"


def test_an_empty_file_is_no_address_of_a_ledger(aileron: Aileron, tmp_path: Path) -> None:
    """The setting, which is there, is not what was asked for."""
    empty = tmp_path / "url"
    empty.write_text("\n")
    with pytest.raises(InvalidInput, match=r"url: The file is empty"):
        aileron("gateway", "apply", "--pool", "shared", "--ledger-url-file", empty)
