"""Our five roles and the first accounts in Airflow's FAB auth manager.

``python -m aileron_airflow.roles``; `aileron server prepare` runs it. Viewer and Admin are
Airflow's own. Annotator, Developer and Operator are made with what Airflow lets its Viewer, User
and Op do, so that a role is called the same on every page. Permissions that are missing are
added and none is taken away, so it may be run again at any time.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from aileron.core.errors import AileronError, InvalidInput

MADE: Final[Mapping[str, str]] = {"Annotator": "Viewer", "Developer": "User", "Operator": "Op"}
"""Role of ours -> the role of Airflow whose permissions it has."""
MACHINE: Final = "AILERON_AIRFLOW_LOGIN_FILE"
PERSON: Final = "AILERON_ADMIN_LOGIN_FILE"
ACCOUNTS: Final[Mapping[str, str]] = {MACHINE: "Operator", PERSON: "Admin"}
"""Variable with a file of user name and password, as JSON -> that account's role."""


def sync_roles(manager: Any) -> None:
    """Make our roles with their permissions, in FAB's security manager."""
    permissions = {config["role"]: config["perms"] for config in manager.ROLE_CONFIGS}
    manager.bulk_sync_roles(
        [{"role": ours, "perms": permissions[theirs]} for ours, theirs in MADE.items()]
    )


def sync_account(manager: Any, login: Mapping[str, str], role: str, *, follows: bool) -> str:
    """Make the account if there is none; what was done.

    Args:
        follows: an account that is there gets this password and this role alone.
    """
    name, password = login["username"], login["password"]
    user = manager.find_user(username=name)
    if user is None:
        address = f"{name}@aileron.invalid"
        if not manager.add_user(name, name, "-", address, manager.find_role(role), password):
            raise InvalidInput("aileron_airflow.no_account", user=name, role=role)
        return "made"
    if follows:
        user.roles = [manager.find_role(role)]
        manager.update_user(user)
        manager.reset_password(user.id, password)
        return "brought up to its file"
    return "is there"


def accounts(environ: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str], str]]:
    """Variable, login and role of each account that `environ` names a file for.

    Raises:
        InvalidInput: a file is missing, or holds no login.
    """
    for variable, role in ACCOUNTS.items():
        if not environ.get(variable):
            continue
        path = Path(environ[variable])
        try:
            login = json.loads(path.read_text(encoding="utf-8"))
            yield variable, {key: str(login[key]) for key in ("username", "password")}, role
        except (OSError, ValueError, KeyError, TypeError):
            raise InvalidInput("aileron_airflow.bad_login_file", file=str(path)) from None


def main() -> int:
    """Make roles and accounts; exit status 1 with a sentence if that cannot be."""
    from airflow.configuration import conf
    from airflow.utils.providers_configuration_loader import providers_configuration_loaded

    @providers_configuration_loaded
    def sync() -> None:
        manager = conf.get("core", "auth_manager")
        if not manager.endswith(".FabAuthManager"):
            raise InvalidInput("aileron_airflow.other_auth_manager", manager=manager)
        from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

        logging.getLogger("airflow.providers.fab").setLevel(logging.WARNING)  # a line a permission
        with get_application_builder() as builder:
            builder.add_permissions(update_perms=True)
            builder.sm.sync_roles()
            sync_roles(builder.sm)
            print(f"roles: {', '.join(MADE)}")
            for variable, login, role in accounts(os.environ):
                done = sync_account(builder.sm, login, role, follows=variable == MACHINE)
                print(f"account {login['username']} ({role}): {done}")

    try:
        sync()
    except AileronError as error:
        print(f"aileron: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
