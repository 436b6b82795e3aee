"""The parts of docker/compose.yaml, by their own commands; people with five roles sign in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from plugins.compose import Server

PARTS = (
    *("api-server", "scheduler", "dag-processor", "triggerer"),
    *("mlflow", "supervisor", "gateway", "api"),
)
ROLES = ("Viewer", "Annotator", "Developer", "Operator", "Admin")
PASSWORD = "a word of four"


@pytest.fixture(scope="module")
def server(compose: Server) -> Server:
    """All parts, started at once and healthy."""
    compose.start(*PARTS)
    for name in PARTS:
        compose.wait(name)
    return compose


@pytest.fixture(scope="module")
def airflow(server: Server) -> str:
    return server.environment("api")["AILERON_AIRFLOW_URL"]


def sign_in(url: str, login: Mapping[str, str]) -> dict[str, str]:
    answer = httpx.post(f"{url}/auth/token", json=dict(login), timeout=30)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture(scope="module")
def people(airflow: str, admin: dict[str, str]) -> dict[str, dict[str, str]]:
    """Role -> headers of a person who has it; the first person makes the others."""
    headers = {"Admin": sign_in(airflow, admin)}
    for role in ROLES[:-1]:
        name = role.lower()
        body = {"username": name, "password": PASSWORD, "roles": [{"name": role}]}
        body |= {"first_name": name, "last_name": "-", "email": f"{name}@example.org"}
        made = httpx.post(
            f"{airflow}/auth/fab/v1/users", json=body, headers=headers["Admin"], timeout=30
        )
        assert made.status_code == 200, made.text
        headers[role] = sign_in(airflow, {"username": name, "password": PASSWORD})
    return headers


def test_every_part_becomes_healthy_by_its_own_check(server: Server) -> None:
    for name in PARTS:  # a check may take too long once; the file, too, asks again
        server.wait(name)
    services = server.services.keys() - {
        "postgres",
        "s3",
        "proxy",
        "labelstudio",
        "labelling",
        "loopback",
    }
    assert services == {*PARTS, "prepare"}


def test_a_part_that_is_not_there_is_not_healthy(server: Server) -> None:
    words = ["python", "-P", "-m", "aileron.stack.probe"]
    for check in (["url", "http://127.0.0.1:9"], ["lease", "nobody"]):
        with pytest.raises(AssertionError):
            server.run("supervisor", *words, *check)


def test_what_is_prepared_may_be_prepared_again(server: Server) -> None:
    said = server.run("prepare", "python", "-P", "-m", "aileron_airflow.roles")
    assert "account aileron (Operator): brought up to its file" in said
    assert "account admin (Admin): is there" in said
    server.run("prepare", "aileron", "server", "wait", "--seconds", "0")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_the_same_in_airflow_and_on_the_pages(
    airflow: str, people: dict[str, dict[str, str]], role: str
) -> None:
    me = httpx.get(f"{airflow}/aileron/api/v1/session", headers=people[role], timeout=30)
    assert me.json()["role"] == role.lower()


MAY = [
    # what is asked for, and the least role that is let through
    ("GET", "/aileron/api/v1/lifecycles", None, "Viewer"),
    ("GET", "/api/v2/dags", None, "Viewer"),
    ("GET", "/api/v2/dags/~/dagRuns", None, "Viewer"),
    ("POST", "/aileron/api/v1/lifecycles/nothing/runs", {}, "Developer"),
    ("POST", "/api/v2/dags/nothing/dagRuns", {"logical_date": None}, "Developer"),
    ("POST", "/aileron/api/v1/services/nothing/stop", {}, "Operator"),
    ("GET", "/api/v2/connections", None, "Operator"),
    ("GET", "/aileron/api/v1/tokens", None, "Admin"),
    ("GET", "/auth/fab/v1/users", None, "Admin"),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "least"), MAY, ids=[f"{one[0]} {one[1]}" for one in MAY]
)
def test_what_each_role_may_do(
    airflow: str, people: dict[str, dict[str, str]], method: str, path: str, body: Any, least: str
) -> None:
    for role in ROLES:
        answer = httpx.request(
            method, f"{airflow}{path}", json=body, headers=people[role], timeout=30
        )
        allowed = ROLES.index(role) >= ROLES.index(least)
        assert (answer.status_code != 403) is allowed, (role, answer.status_code, answer.text)
        assert answer.status_code not in (401, 500), (role, answer.text)


def test_nobody_without_a_login_gets_anything(airflow: str) -> None:
    for path in ("/aileron/api/v1/session", "/api/v2/dags", "/auth/fab/v1/users"):
        assert httpx.get(f"{airflow}{path}", timeout=30).status_code == 401, path
    wrong = {"username": "admin", "password": "wrong"}
    assert httpx.post(f"{airflow}/auth/token", json=wrong, timeout=30).status_code == 401


def test_the_doctor_finds_nothing_broken(server: Server) -> None:
    server.run("api", "aileron", "doctor")
