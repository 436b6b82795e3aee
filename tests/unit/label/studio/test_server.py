"""How Label Studio is run: what it may call, and where it is found."""

from __future__ import annotations

import ipaddress
import sys
from pathlib import Path

from aileron.core.settings import SILENT
from aileron.label.studio.server import (
    STAMP,
    command,
    environment_folder,
    is_installed,
    variables,
)


def forbidden(address: str) -> bool:
    made = variables(folder=Path("x"), database={}, token="t", url="http://x/label")
    networks = made["USER_ADDITIONAL_BANNED_SUBNETS"].split(",")
    found = ipaddress.ip_address(address)
    return any(found in ipaddress.ip_network(one) for one in networks)


def test_of_reserved_addresses_it_may_call_our_own_alone() -> None:
    assert not forbidden("127.0.0.1")
    assert not forbidden("93.184.215.14")
    for address in (
        "127.0.0.2", "127.1.1.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254",
        "0.0.0.0", "100.64.0.1", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1",
    ):  # fmt: skip
        assert forbidden(address), address


def test_nobody_signs_up_and_nothing_is_reported_home() -> None:
    database = {"host": "h", "port": "5", "name": "n", "user": "u", "password": "p"}
    made = variables(folder=Path("x"), database=database, token="t", url="http://x/label")
    assert made["LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK"] == "true"
    assert made["SSRF_PROTECTION_ENABLED"] == "true"
    assert made["DEBUG"] == "false"
    assert SILENT.items() <= made.items()
    assert (made["POSTGRE_HOST"], made["POSTGRE_PASSWORD"]) == ("h", "p")


def test_it_is_found_beside_our_environment_or_where_a_variable_says(tmp_path: Path) -> None:
    assert environment_folder({}) == Path(sys.prefix).parent / ".venv-labelstudio"
    here = {"AILERON_LABELSTUDIO_ENV": str(tmp_path)}
    assert environment_folder(here) == tmp_path
    assert not is_installed(here)
    (tmp_path / STAMP).touch()
    assert is_installed(here)
    assert command(7, here)[0] == str(tmp_path / "bin" / "python")
    assert "127.0.0.1" in command(7, here)
