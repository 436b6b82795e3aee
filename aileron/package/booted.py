"""A package at work in a throw-away process: start it, ask it, stop it."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aileron.core.errors import StepFailed
from aileron.package.launch import command, environment
from aileron.run.tree import die_with_parent

_LAST_LINES: Final = 12
_STOP_SECONDS: Final = 30.0


@dataclass
class Booted:
    """A running package. Files of the process (log, address, imports) lie in `work`."""

    process: subprocess.Popen[bytes]
    work: Path
    host: str = ""
    port: int = 0
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    @classmethod
    def start(cls, python: Path, package: Path, work: Path) -> Booted:
        """Start `package`; returns at once."""
        work.mkdir(parents=True, exist_ok=True)
        words = command(
            python,
            package,
            announce=work / "address.json",
            drain_seconds=0,
            stop_seconds=_STOP_SECONDS,
            report_imports=work / "imports.json",
        )
        with (work / "boot.log").open("wb") as log:
            process = subprocess.Popen(
                words,
                cwd=work,
                env=dict(environment(package)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,  # noqa: PLW1509 the step's process has one thread
            )
        return cls(process, work)

    def wait_ready(self, seconds: float) -> None:
        """Wait until it takes requests.

        Raises:
            StepFailed: it ended before, or is not ready in time; with its last words.
        """
        deadline = time.monotonic() + seconds
        address = self.work / "address.json"
        while not address.is_file():
            if self.process.poll() is not None:
                raise StepFailed(
                    "package.boot_failed", reason=self._reason(), log=self.last_words()
                )
            if time.monotonic() > deadline:
                raise StepFailed("package.boot_slow", seconds=seconds, log=self.last_words())
            time.sleep(0.02)
        found = json.loads(address.read_text(encoding="utf-8"))
        self.host, self.port = found["host"], found["port"]

    def ask(self, path: str, request: Any, seconds: float = 30.0) -> tuple[int, Any]:
        """POST `request` as JSON; status and answer. `OSError`, `ValueError` if there is none."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self.host, self.port, timeout=seconds)
        body = json.dumps(request, allow_nan=False)
        self._connection.request("POST", path, body, {"content-type": "application/json"})
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def stop(self) -> dict[str, Any]:
        """End it as a supervisor does; what it imported.

        Raises:
            StepFailed: it does not end, or not with status 0.
        """
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            reason = f"it still ran {_STOP_SECONDS:.0f} s after SIGTERM"
            raise StepFailed(
                "package.boot_not_stopped", reason=reason, log=self.last_words()
            ) from None
        if self.process.returncode != 0:
            raise StepFailed(
                "package.boot_not_stopped", reason=self._reason(), log=self.last_words()
            )
        imports: dict[str, Any] = json.loads((self.work / "imports.json").read_text("utf-8"))
        return imports

    def kill(self) -> None:
        """Make sure that nothing is left of it."""
        if self._connection is not None:
            self._connection.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def last_words(self) -> str:
        """The last lines of its log."""
        lines = (self.work / "boot.log").read_text("utf-8", errors="replace").splitlines()
        return " | ".join(line.strip() for line in lines[-_LAST_LINES:] if line.strip()) or "none"

    def _reason(self) -> str:
        code = self.process.returncode
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"status {code}"
