"""Airflow's users as ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aileron.core.access import Role
from aileron.core.errors import Refused


@dataclass
class Named:
    """A role as Airflow's other auth manager (FAB) has it."""

    name: str


class FabUser:
    """A user with several roles, as FAB has it."""

    def __init__(self, *roles: str) -> None:
        self.roles = [Named(role) for role in roles]

    def get_name(self) -> str:
        return "zhang"

    def get_id(self) -> str:
        return "7"


def simple_user(role: str | None) -> Any:
    """A user of the auth manager that the embedded stack uses."""
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    return SimpleAuthManagerUser(username="zhang", role=role)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("ADMIN", Role.ADMIN),
        ("admin", Role.ADMIN),
        ("OP", Role.OPERATOR),
        ("USER", Role.DEVELOPER),
        ("VIEWER", Role.VIEWER),
        ("Operator", Role.OPERATOR),
        ("Developer", Role.DEVELOPER),
        ("Annotator", Role.ANNOTATOR),
    ],
)
def test_each_role_of_airflow_is_one_of_ours(airflow_home: Path, theirs: str, ours: Role) -> None:
    from aileron_airflow.identity import actor_of

    for user in (simple_user(theirs), FabUser(theirs)):
        actor = actor_of(user)
        assert (actor.name, actor.role, actor.project) == ("zhang", ours, None)


def test_of_several_roles_the_highest_counts(airflow_home: Path) -> None:
    from aileron_airflow.identity import actor_of

    assert actor_of(FabUser("Viewer", "Op", "Custom")).role is Role.OPERATOR


@pytest.mark.parametrize("roles", [[], ["Public"], ["Custom"]])
def test_a_user_without_such_a_role_may_do_nothing(airflow_home: Path, roles: list[str]) -> None:
    from aileron_airflow.identity import actor_of

    with pytest.raises(Refused, match="zhang has none of the roles admin, operator, op, "):
        actor_of(FabUser(*roles))
    with pytest.raises(Refused):
        actor_of(simple_user(None))


def test_the_plugin_makes_the_application_only_when_asked(airflow_home: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from aileron_airflow.plugin import AileronPlugin as p;"
        "print('aileron.api' in sys.modules, 'aileron.client.local' in sys.modules,"
        " p.fastapi_apps[0]['url_prefix'], p.external_views[0]['href'])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False", "/aileron", "/aileron/"]


def test_the_view_lies_under_airflows_own_path() -> None:
    from aileron_airflow.pages import external_view

    assert external_view("https://ml.example/airflow/")["href"] == "/airflow/aileron/"
    assert external_view("http://127.0.0.1:8080")["href"] == "/aileron/"
