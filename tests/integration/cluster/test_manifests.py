"""docker/kubernetes: a real server takes every object, and no pod may do more than it must."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from plugins.cluster import Cluster
from plugins.manifests import FOLDER, OVERLAYS, for_old_cluster, pod_specs, rendered

from aileron.cli import command
from aileron.cluster.labels import PART
from aileron.cluster.pools import Pool
from aileron.core.settings import Settings
from aileron.deploy.manifests import GATEWAY_LABELS

both = pytest.mark.parametrize("overlay", OVERLAYS)


@both
def test_the_server_takes_every_object(cluster: Cluster, namespace: str, overlay: str) -> None:
    objects = for_old_cluster(rendered(overlay), namespace)
    words = ("apply", "--dry-run=server", "--validate=true", "-f", "-")
    said = cluster.kubectl(*words, given=yaml.safe_dump_all(objects))
    assert said.count("(server dry run)") == len(objects)


@both
def test_every_pod_is_restricted(overlay: str) -> None:
    for name, pod in pod_specs(rendered(overlay)):
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            assert {"requests", "limits"} <= container["resources"].keys(), name
            assert re.search(r":\d+\.\d+[\w.-]*$", container["image"]), container["image"]


@both
def test_only_what_places_pods_has_an_account(overlay: str) -> None:
    having = {
        name
        for name, pod in pod_specs(rendered(overlay))
        if pod.get("automountServiceAccountToken", True)
    }
    assert having == {"api-server", "scheduler", "triggerer", "api", "supervisor"}
    accounts = {pod.get("serviceAccountName") for _, pod in pod_specs(rendered(overlay))}
    assert accounts == {None, "aileron"}


@both
def test_rights_are_those_of_the_one_list(overlay: str) -> None:
    listed = list(yaml.safe_load_all((FOLDER / "rights/rbac.yaml").read_text()))
    made = {one["kind"]: one for one in rendered(overlay)}
    for wanted in listed:
        found = made[wanted["kind"]]
        assert found.get("rules") == wanted.get("rules")
        assert found.get("roleRef") == wanted.get("roleRef")
        for subject in found.get("subjects", ()):
            account = {"kind": "ServiceAccount", "name": "aileron", "namespace": "aileron"}
            assert subject == account


@both
def test_secrets_are_named_and_mounted_where_they_are_read(overlay: str) -> None:
    objects = rendered(overlay)
    assert not [one for one in objects if one["kind"] == "Secret"]
    maps = {one["metadata"]["name"]: one["data"] for one in objects if one["kind"] == "ConfigMap"}
    for name, pod in pod_specs(objects):
        (main,) = pod["containers"]
        sources = [
            one["configMapRef"]["name"] for one in main.get("envFrom", ()) if "configMapRef" in one
        ]
        told = json.dumps([main, [maps[source] for source in sources]])
        mounted = [v["secret"] for v in pod["volumes"] if v["name"] == "secrets"]
        assert [one["secretName"] for one in mounted] == ["aileron"], name
        there = {item["key"] for one in mounted for item in one["items"]}
        assert there <= {*re.findall(r"/etc/aileron/(\w+)", told)}, name


@both
def test_every_part_is_probed_and_every_service_leads_to_one(overlay: str) -> None:
    objects = rendered(overlay)
    for one in objects:
        if one["kind"] in ("Deployment", "StatefulSet"):
            (main,) = one["spec"]["template"]["spec"]["containers"]
            assert {"startupProbe", "livenessProbe"} <= main.keys(), one["metadata"]["name"]
    parts = {
        one["spec"]["selector"]["matchLabels"][PART]: one["spec"]["template"]["spec"]
        for one in objects
        if one["kind"] in ("Deployment", "StatefulSet")
    }
    for one in objects:
        if one["kind"] == "Service":
            (main,) = parts[one["spec"]["selector"][PART]]["containers"]
            (port,) = one["spec"]["ports"]
            assert main["ports"] == [{"name": port["targetPort"], "containerPort": port["port"]}]
            assert "readinessProbe" in main


@both
def test_the_pool_is_one_and_the_gateway_is_found_in_it(overlay: str) -> None:
    maps = {one["metadata"]["name"]: one["data"] for one in rendered(overlay) if "data" in one}
    (settings,) = (data for name, data in maps.items() if name.startswith("aileron-settings"))
    (added,) = (data for name, data in maps.items() if name.startswith("workspace-additions"))
    pool = Pool.model_validate(yaml.safe_load(added["pool.yaml"]))
    assert (pool.name, pool.namespace) == (settings["AILERON_GATEWAY_POOL"], "aileron")
    (gateway,) = (
        one["spec"]["template"]["metadata"]["labels"]
        for one in rendered(overlay)
        if (one["kind"], one["metadata"]["name"]) == ("Deployment", "aileron-gateway")
    )
    assert GATEWAY_LABELS.items() <= gateway.items()
    known = {f"AILERON_{field}".upper() for field in Settings.model_fields}
    own = {"AILERON_LANG", "AILERON_ENVIRONMENT", "AILERON_MLFLOW_ARTIFACTS", "UV_CACHE_DIR"}
    assert {name.removesuffix("_FILE") for name in settings} - own <= known | {
        "AILERON_AIRFLOW_LOGIN"
    }


@both
def test_a_developers_own_code_runs_in_pods_alone(overlay: str) -> None:
    maps = {one["metadata"]["name"]: one["data"] for one in rendered(overlay) if "data" in one}
    (settings,) = (data for name, data in maps.items() if name.startswith("aileron-settings"))
    assert settings["AILERON_JOBS"] == "pods"


def test_backups_of_each_month_have_a_folder_and_the_last_three_months_stay(
    tmp_path: Path,
) -> None:
    (backup,) = (pod for name, pod in pod_specs(rendered("small")) if name == "backup")
    shell, option, script = backup["containers"][0]["command"]
    folder = tmp_path / "backups"
    for name in ("2026-01", "2026-02", "2026-03", "mine"):
        (folder / name).mkdir(parents=True)
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, body in {
        "date": "echo 2026-04",
        "aileron": '[ "$1" = backup ] && mkdir "$2"',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    here = script.replace("$$(", "$(").replace("/backups", str(folder))
    environ = {"PATH": f"{programs}:/usr/bin:/bin"}
    subprocess.run([shell, option, here], env=environ, check=True)
    assert {one.name for one in folder.iterdir()} == {"2026-02", "2026-03", "2026-04", "mine"}
    refused = subprocess.run([shell, option, here], env=environ, capture_output=True)
    assert refused.returncode != 0, "a backup that fails is not hidden"


def test_high_availability_has_two_of_what_can_be_two() -> None:
    objects = rendered("high-availability")
    counts = {one["metadata"]["name"]: one["spec"]["replicas"] for one in objects if deployed(one)}
    alone = {name for name, count in counts.items() if count == 1}
    assert alone == {"mlflow", "supervisor"}
    assert counts["scheduler"] == 2
    budgets = {one["metadata"]["name"] for one in objects if one["kind"] == "PodDisruptionBudget"}
    assert budgets == counts.keys() - alone
    for one in objects:
        if one["metadata"]["name"] in budgets and deployed(one):
            spread = one["spec"]["template"]["spec"]["topologySpreadConstraints"]
            assert {rule["topologyKey"] for rule in spread} == {
                "kubernetes.io/hostname",
                "topology.kubernetes.io/zone",
            }


def deployed(manifest: dict[str, Any]) -> bool:
    return bool(manifest["kind"] == "Deployment")


@both
def test_commands_are_ones_that_there_are(overlay: str) -> None:
    for name, pod in pod_specs(rendered(overlay)):
        (main,) = pod["containers"]
        words = main.get("command", [])
        if words[:1] == ["sh"]:
            words = words[-1].split()
        if words[:1] == ["aileron"]:
            done = CliRunner().invoke(command, [*words[1:2], *words[2:3], "--help"])
            assert done.exit_code == 0, (name, done.output)
