"""How Label Studio is run: a program of an environment of its own, reached by nobody but us.

Its libraries and ours want different versions, so that `make labelling` installs it beside our
environment. People come to it through `aileron.api.labelling` alone.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aileron.core.settings import SILENT

VARIABLE: Final = "AILERON_LABELSTUDIO_ENV"
FOLDER: Final = ".venv-labelstudio"
STAMP: Final = ".installed"
DATABASE: Final = "labelstudio"
ACCOUNT: Final = "platform@aileron.local"
"""Label Studio's one account; its password is its API token."""
PREFIX: Final = "/label"
"""The path below which people find it; Label Studio itself is asked without it."""
HOST: Final = "127.0.0.1"

_LOOPBACK: Final = "127.0.0.0/8"
_RESERVED: Final = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "::ffff:0:0/96",
    "::ffff:0:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001:0000::/32",
    "2001:20::/28",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
)
"""Networks besides loopback that Label Studio calls nothing in; its own list."""


def environment_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where Label Studio is installed, or would be: beside the running environment."""
    named = (os.environ if environ is None else environ).get(VARIABLE)
    return Path(named) if named else Path(sys.prefix).parent / FOLDER


def is_installed(environ: Mapping[str, str] | None = None) -> bool:
    """Whether `make labelling` has finished."""
    return (environment_folder(environ) / STAMP).is_file()


def command(port: int, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What starts it on a loopback port; at its first start it makes its tables."""
    folder = environment_folder(environ)
    start = (str(folder / "bin" / "python"), "-P", str(folder / "bin" / "label-studio"), "start")
    return (*start, "--no-browser", "--internal-host", HOST, "--port", str(port))


def variables(
    *, folder: Path, database: Mapping[str, str], token: str, url: str
) -> Mapping[str, str]:
    """Its environment: one account, no sign-up, no calls to the outside.

    Args:
        folder: for its files.
        database: ``host``, ``port``, ``name``, ``user``, ``password`` of a PostgreSQL database.
        token: 40 hexadecimal digits.
        url: where people see it, ending in `PREFIX`.
    """
    return {
        **SILENT,
        "DJANGO_DB": "default",
        **{f"POSTGRE_{name.upper()}": value for name, value in database.items()},
        # The embedded PostgreSQL has neither extension; they only make searches quicker.
        "SKIP_TRIGRAM_EXTENSION": "full",
        "SKIP_BTREE_GIN_EXTENSION": "full",
        "DEBUG": "false",
        "LOG_LEVEL": "WARNING",
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "LABEL_STUDIO_HOST": url,
        "LABEL_STUDIO_USERNAME": ACCOUNT,
        "LABEL_STUDIO_PASSWORD": token,
        "LABEL_STUDIO_USER_TOKEN": token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "ENABLE_LOCAL_FILES_STORAGE": "false",
        "SSRF_PROTECTION_ENABLED": "true",
        "USE_DEFAULT_BANNED_SUBNETS": "false",
        "USER_ADDITIONAL_BANNED_SUBNETS": ",".join(_forbidden()),
        "WEBHOOK_TIMEOUT": "3",
        # It waits a second by default, which a busy machine takes: then nothing is suggested.
        "ML_CONNECTION_TIMEOUT": "5",
        "ML_TIMEOUT_HEALTH": "15",
        "ML_TIMEOUT_SETUP": "30",
    }


def _forbidden() -> list[str]:
    """The reserved networks without our own address, which hears of new annotations."""
    loopback, ours = ipaddress.IPv4Network(_LOOPBACK), ipaddress.IPv4Network(f"{HOST}/32")
    return [*_RESERVED, *(str(part) for part in loopback.address_exclude(ours))]
