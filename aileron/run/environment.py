"""Environment variables of step processes: few, named here, none of them a credential.

A component's process gets the allow-listed variables, the tools' telemetry switched off,
``AILERON_HOME`` and its node's own variables. Effects and waits get the settings besides. A
node may name further ones that it needs, such as proxies for builds.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from aileron.core.settings import SILENT

ALLOWED: Final = (
    "AILERON_LANG", "CURL_CA_BUNDLE", "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE",
    "LD_LIBRARY_PATH", "LOGNAME", "NO_PROXY", "PATH", "PYTHONPATH", "REQUESTS_CA_BUNDLE", "SHELL",
    "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV", "no_proxy",
)  # fmt: skip
"""What a step's process inherits from the one that starts it."""

STORE_ACCESS: Final = (
    "AWS_ACCESS_KEY_ID", "AWS_CONFIG_FILE", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_REGION", "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN", "AWS_SHARED_CREDENTIALS_FILE",
)  # fmt: skip
"""Access to an S3 store: passed for fetching and putting, hidden while the step itself runs."""

DETERMINISTIC: Final[Mapping[str, str]] = {
    "MPLBACKEND": "Agg",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUTF8": "1",
}

PATIENT: Final[Mapping[str, str]] = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Threads of OpenMP that wait for each other sleep instead of spinning.

With as many busy processes as processors, spinning made a step of a small network take 20
to 30 times as long (1.3 to 3.2 s instead of 0.1 s); alone it gains nothing that was seen.
"""

THREADS: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)


def available_cpus() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0))


def step_environment(
    home: Path,
    store: str,
    env: Mapping[str, str],
    platform: Mapping[str, str] | None = None,
    inherits: Sequence[str] = (),
) -> dict[str, str]:
    """All variables of a step's process.

    Args:
        home: the state directory.
        store: root of the artifact store; access variables are passed for S3 only.
        env: the node's own variables, which win.
        platform: `Settings.environment` for effects and waits.
        inherits: names of further variables of this process that the step is to have.
    """
    access = STORE_ACCESS if store.startswith("s3://") or platform else ()
    names = (*ALLOWED, *access, *inherits)
    inherited = {name: os.environ[name] for name in names if name in os.environ}
    threads = dict.fromkeys(THREADS, env.get("OMP_NUM_THREADS", str(available_cpus())))
    return {
        "PATH": os.defpath,
        **inherited,
        **DETERMINISTIC,
        **PATIENT,
        **SILENT,
        **threads,
        "AILERON_HOME": str(home),
        **(platform or {}),
        **env,
    }
