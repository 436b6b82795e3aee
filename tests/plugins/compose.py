"""docker/compose.yaml without containers: each part's own command, as a process of this machine.

Names of containers become loopback addresses, mounted folders those of the test, the base images'
PostgreSQL the embedded one, and the S3 store moto's. All else is what the file says.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "docker"
FILE: Final = FOLDER / "compose.yaml"
VARIABLE: Final = re.compile(r"(?<!\$)\$\{([A-Z0-9_]+):-([^}]*)\}")
HEALTHY_SECONDS: Final = 240
STOP_SECONDS: Final = 8


def load() -> dict[str, Any]:
    """The file as it is, anchors resolved and variables not."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def interpolate(value: Any, given: Mapping[str, str]) -> Any:
    """`value` with its variables replaced, as Compose does it."""
    if isinstance(value, str):
        replaced = VARIABLE.sub(lambda found: given.get(found[1]) or found[2], value)
        return replaced.replace("$$", "$")
    if isinstance(value, list):
        return [interpolate(one, given) for one in value]
    if isinstance(value, dict):
        return {key: interpolate(one, given) for key, one in value.items()}
    return value


@dataclass
class Server:
    """The parts of one installation, as processes.

    Args:
        places: text of the file -> what it is here; of several that fit, the longest counts.
    """

    folder: Path
    places: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.services = interpolate(load(), {})["services"]

    def run(self, name: str, *words: str, seconds: float = 400) -> str:
        """What `name`'s command prints, or `words` in its place, once it has ended well."""
        done = subprocess.run(
            self._command(list(words) or self.services[name]["command"]),
            env=self.environment(name),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
        )
        assert done.returncode == 0, f"{name}: {done.stdout}"
        return done.stdout

    def start(self, *names: str) -> None:
        """Start each part; `wait` says when it can be used."""
        for name in names:
            with self._log(name).open("wb") as log:
                self.running[name] = subprocess.Popen(
                    self._command(self.services[name]["command"]),
                    env=self.environment(name),
                    cwd=self.folder,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def wait(self, name: str) -> None:
        """Return when the part's own health check says so."""
        deadline = time.monotonic() + HEALTHY_SECONDS
        while not self.is_healthy(name):
            assert self.running[name].poll() is None, f"{name} ended: {self._said(name)}"
            assert time.monotonic() < deadline, f"{name} is not healthy: {self._said(name)}"
            time.sleep(0.3)

    def is_healthy(self, name: str) -> bool:
        kind, *words = self.services[name]["healthcheck"]["test"]
        assert kind == "CMD"
        done = subprocess.run(
            self._command(words), env=self.environment(name), cwd=self.folder, capture_output=True
        )
        return done.returncode == 0

    def stop(self) -> None:
        """End all parts, and whatever they started."""
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def environment(self, name: str) -> dict[str, str]:
        """The part's variables, here; nothing else but where programs are found."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        own = self.services[name].get("environment", {})
        return {
            "PATH": path,
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            **{key: self._here(str(value)) for key, value in own.items()},
        }

    def _command(self, words: list[str]) -> list[str]:
        return [self._here(word) for word in words]

    def _here(self, text: str) -> str:
        longest = sorted(self.places, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, longest)), lambda found: self.places[found[0]], text)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _said(self, name: str) -> str:
        return self._log(name).read_text(encoding="utf-8", errors="replace")[-3000:]


def make_secrets(folder: Path, postgres_password: str, port: int) -> None:
    """What docker/make_secrets.sh makes for a PostgreSQL of this machine."""
    folder.mkdir(mode=0o700)
    (folder / "postgres_password").write_text(postgres_password)
    environ = {"DATABASE_HOST": "127.0.0.1", "DATABASE_PORT": str(port), "OWNER": str(os.getuid())}
    subprocess.run(
        [FOLDER / "make_secrets.sh", folder],
        env={"PATH": os.environ["PATH"], **environ},
        check=True,
        capture_output=True,
    )
