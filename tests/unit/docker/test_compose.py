"""docker/compose.yaml keeps its promises: valid, pinned, closed, every setting explained."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from plugins.compose import FILE, FOLDER, VARIABLE, interpolate, load
from plugins.compose import make_secrets as made_secrets
from pydantic import SecretStr

from aileron.core.settings import SILENT, Settings
from aileron.label.studio import server as labelstudio
from aileron.stack.secret_files import SecretFiles
from aileron.stack.servers import Addresses, all_servers

COMPOSE = load()
SERVICES: dict[str, dict[str, Any]] = interpolate(COMPOSE, {})["services"]
JOBS = {"prepare"}
OURS = re.compile(r"localhost/aileron-(\w+):0\.1\.0")


def environment(name: str) -> dict[str, str]:
    return {key: str(value) for key, value in SERVICES[name].get("environment", {}).items()}


def words(name: str) -> str:
    """All that a service is told."""
    return json.dumps([SERVICES[name].get("command", []), environment(name)])


def test_it_is_valid_by_the_specification() -> None:
    schema = json.loads(Path(__file__).with_name("compose_spec.json").read_text())
    jsonschema.Draft7Validator(schema).validate(COMPOSE)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_watched_pinned_and_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == ("no" if name in JOBS else "unless-stopped")
    assert ("healthcheck" in service) is (name not in JOBS)
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    tag = service["image"].rpartition(":")[2]
    assert re.match(r"\d+\.\d+", tag), service["image"]


def test_our_images_are_those_that_the_dockerfile_makes() -> None:
    text = (FOLDER / "Dockerfile").read_text()
    used = {found[1] for one in SERVICES.values() if (found := OURS.fullmatch(one["image"]))}
    assert used == {"airflow", "gateway", "labelstudio"}
    for name in used:
        assert f" AS {name}\n" in text


def test_every_variable_is_explained_with_its_default_and_no_other() -> None:
    lines = (FOLDER / ".env.example").read_text().splitlines()
    explained = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
    assert explained.pop("COMPOSE_PROJECT_NAME") == "aileron"
    defaults = VARIABLE.findall(FILE.read_text())
    assert explained == dict(defaults)
    assert len({name for name, _ in defaults}) == len(set(defaults)), "one default each"
    for index, line in enumerate(lines):
        if "=" in line and line[0] != "#":
            above = next(one for one in reversed(lines[:index]) if "=" not in one or one[0] == "#")
            assert above.startswith("# "), line


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_the_secrets_that_it_names_and_no_others(name: str) -> None:
    named = set(re.findall(r"/run/secrets/(\w+)", words(name)))
    assert {*SERVICES[name].get("secrets", [])} == named


def test_no_secret_is_in_a_variable() -> None:
    for name in SERVICES:
        for key, value in environment(name).items():
            if value == "true":
                continue
            if re.search(r"PASSWORD|SECRET|TOKEN|_URL$|_CONN|FERNET", key.removesuffix("_FILE")):
                assert "/run/secrets/" in value or value.startswith("http"), (name, key)


def test_what_is_published_is_the_proxy_s_or_this_machine_s_alone() -> None:
    published = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
    assert published.keys() == {"proxy", "mlflow"}
    assert published["mlflow"] == ["127.0.0.1:5000:5000"]


def test_networks_volumes_and_secrets_are_all_used_and_all_there() -> None:
    def used(field: str) -> set[str]:
        return {one.partition(":")[0] for s in SERVICES.values() for one in s.get(field, [])}

    assert {*COMPOSE["networks"]} == used("networks")
    assert {*COMPOSE["volumes"]} == {one for one in used("volumes") if one[0] != "."}
    assert {*COMPOSE["secrets"]} == used("secrets")


def test_parts_are_run_as_the_embedded_stack_runs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / labelstudio.STAMP).touch()
    monkeypatch.setenv(labelstudio.VARIABLE, str(tmp_path))
    settings = Settings(workspace=tmp_path, home=tmp_path, labelstudio_token=SecretStr("-"))
    ports = {"airflow": 8080, "mlflow": 5000, "gateway": 8000, "postgres": 1}
    ports |= {"labelling": 8010, "labelstudio": 8011}
    embedded = all_servers(settings, Addresses(ports, "-"), SecretFiles(tmp_path / "secrets"))
    for server in embedded:
        if server.name == labelstudio.DATABASE:  # of an image of its own
            continue
        command = SERVICES[server.name]["command"]
        said = command[1:] if command[0] == "airflow" else command[3:]
        module, *more = server.command[3:]
        assert (command[0] if command[0] == "airflow" else said.pop(0)) == module
        kept = [word for word in more if word not in ("--port", str(ports.get(server.name, "")))]
        assert [word for word in kept if word not in said] == [], server.name


def test_annotation_is_closed_and_tells_nobody() -> None:
    told = environment("labelstudio")
    assert told["LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK"] == "true"
    for name in ("COLLECT_ANALYTICS", "LATEST_VERSION_CHECK", "SENTRY_DSN", "FRONTEND_SENTRY_DSN"):
        assert told[name] == SILENT[name]
    assert SERVICES["labelstudio"]["profiles"] == ["annotation"]
    assert told["SSRF_PROTECTION_ENABLED"] == "true"
    assert "ports" not in SERVICES["labelstudio"]


def test_label_studio_is_set_as_the_embedded_one() -> None:
    told = environment("labelstudio")
    url = f"{environment('labelling')['AILERON_LABELLING_URL']}/label"
    embedded = labelstudio.variables(folder=Path("/state"), database={}, token="-", url=url)
    wanted = {name: value for name, value in embedded.items() if name in told}
    assert wanted == {name: told[name] for name in wanted}
    assert {name for name in embedded if name.startswith("LABEL_STUDIO_")} - told.keys() == {
        "LABEL_STUDIO_PASSWORD",  # which come from the secret
        "LABEL_STUDIO_USER_TOKEN",
    }


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            "postgresql+psycopg2://aileron:a-word@postgres:5432/labelstudio",
            ["postgres", "5432", "labelstudio", "aileron", "a-word", ""],
        ),
        (
            "postgresql://li%40lab:a%2Fb%3A@db.example.org/annotation?sslmode=require",
            ["db.example.org", "5432", "annotation", "li@lab", "a/b:", "require"],
        ),
    ],
)
def test_label_studio_takes_its_database_from_the_secret(
    tmp_path: Path, url: str, told: list[str]
) -> None:
    (tmp_path / "labelstudio_database_url").write_text(f"{url}\n")
    (tmp_path / "labelstudio_token").write_text("0123abc\n")
    (tmp_path / "label-studio").write_text(
        "#!/bin/sh\n"
        'for value in "$POSTGRE_HOST" "$POSTGRE_PORT" "$POSTGRE_NAME" "$POSTGRE_USER" '
        '"$POSTGRE_PASSWORD" "$PGSSLMODE" "$LABEL_STUDIO_USER_TOKEN"; do echo "$value"; done\n'
    )
    (tmp_path / "label-studio").chmod(0o755)
    python, *words = SERVICES["labelstudio"]["command"]
    assert python == "python"
    done = subprocess.run(
        [sys.executable, *(word.replace("/run/secrets", str(tmp_path)) for word in words)],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [*told, "0123abc"]


def test_who_runs_own_code_beside_the_secrets_is_an_operator() -> None:
    for name in ("scheduler", "api-server", "api", "triggerer"):
        assert environment(name)["AILERON_JOBS"] == "pods", name


def test_packages_are_fetched_as_the_file_says_and_kept_on_a_disk() -> None:
    given = {"UV_DEFAULT_INDEX": "https://i.test/simple", "HTTPS_PROXY": "http://p.test:3128"}
    services = interpolate(COMPOSE, given)["services"]
    for name in ("supervisor", "scheduler"):
        told = services[name]["environment"]
        assert told["UV_CACHE_DIR"].startswith("/state/")
        assert told["UV_DEFAULT_INDEX"] == given["UV_DEFAULT_INDEX"]
        assert told["https_proxy"] == given["HTTPS_PROXY"]
        called = {str(urlsplit(str(value)).hostname) for value in told.values()}
        past = told["no_proxy"].split(",")
        assert called & {*SERVICES, "gateway", "localhost"} <= {*past}
        assert "" not in past, "it would stand for every host"


# ---- secrets
def test_secrets_are_made_once_each_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made_secrets(folder, "given", 5433)
    files = {file.name: file.read_text() for file in folder.iterdir()}
    assert files.keys() == {*COMPOSE["secrets"]}
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (
        files["ledger_url"].strip() == "postgresql+psycopg2://aileron:given@127.0.0.1:5433/aileron"
    )
    for name in ("airflow_login", "admin_login", "s3_config"):
        json.loads(files[name])
    words = [FOLDER / "make_secrets.sh", folder]
    again = subprocess.run(
        words, env={**os.environ, "OWNER": str(os.getuid())}, capture_output=True, check=True
    )
    assert again.stdout == b""
    assert files == {file.name: file.read_text() for file in folder.iterdir()}


def test_secrets_that_containers_could_not_read_are_not_made(tmp_path: Path) -> None:
    script = (FOLDER / "make_secrets.sh").read_text()
    somebody = 65534 if os.getuid() == 0 else os.getuid()  # root may make them for anybody
    done = subprocess.run(
        ["bash", "-s", tmp_path / "secrets"],
        env={"PATH": os.environ["PATH"], "OWNER": str(somebody + 1)},
        input=script,
        capture_output=True,
        text=True,
        cwd="/",
        user=somebody if os.getuid() == 0 else None,
    )
    assert done.returncode == 2
    assert "run this with sudo" in done.stderr
    assert not (tmp_path / "secrets").exists()


def test_secrets_and_settings_are_neither_committed_nor_built_in() -> None:
    root = FOLDER.parent
    ignored = (root / ".gitignore").read_text().splitlines()
    assert {"/docker/secrets/", "/docker/.env", "/docker/proxy/certs/"} <= {*ignored}
    kept_out = (root / ".dockerignore").read_text().splitlines()
    assert kept_out.index("docker/secrets") > kept_out.index("!docker")


# ---- the proxy
@pytest.mark.parametrize("config", ["tls.Caddyfile", "plain.Caddyfile"])
def test_the_proxy_reads_its_configuration(config: str) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("no caddy here: apt-get install caddy")
    done = subprocess.run(
        [caddy, "validate", "--config", str(FOLDER / "proxy" / config), "--adapter", "caddyfile"],
        env={**os.environ, **environment("proxy")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_proxy_sends_on_to_the_port_that_people_call() -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("no caddy here: apt-get install caddy")
    done = subprocess.run(
        [caddy, "adapt", "--config", str(FOLDER / "proxy/tls.Caddyfile")],
        env={**os.environ, **environment("proxy"), "PAGES_URL": "https://localhost:8443"},
        capture_output=True,
        text=True,
        check=True,
    )
    servers = json.loads(done.stdout)["apps"]["http"]["servers"].values()
    assert all(server["automatic_https"]["disable_redirects"] for server in servers)
    (plain,) = (json.dumps(server) for server in servers if server["listen"] == [":80"])
    assert '"https://localhost:8443{http.request.uri}"' in plain


def test_the_proxy_sends_to_parts_that_listen_there() -> None:
    routes = (FOLDER / "proxy/routes").read_text()
    sent = set(re.findall(r"reverse_proxy ([a-z-]+):(\d+)", routes))
    assert sent == {
        ("api-server", environment("api-server")["AIRFLOW__API__PORT"]),
        *(("api", "8090"), ("gateway", "8000"), ("labelling", "8010")),
    }
    assert {"--port=8090"} <= {*SERVICES["api"]["command"]}
    assert {"--port=8010"} <= {*SERVICES["labelling"]["command"]}
    assert {"--port=8000"} <= {*SERVICES["gateway"]["command"]}
    assert SERVICES["loopback"]["networks"]["inside"]["aliases"] == ["gateway", "api"]
    for name in ("supervisor", "gateway", "api"):
        assert SERVICES[name]["network_mode"] == "service:loopback"
