"""The supervisor's end of the launcher: find it, start it, talk with it, stop it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from aileron.core.errors import Unavailable
from aileron.run.environment import step_environment
from aileron.run.identity import IDLE_SECONDS, socket_address

START_SECONDS: Final = 30.0
Message = dict[str, Any]


class Connection:
    """Messages to and from a launcher. Closing it kills what it asked for."""

    def __init__(self, channel: socket.socket, process: subprocess.Popen[bytes] | None) -> None:
        self._channel = channel
        self._process = process
        self._unread = b""
        self.started: Message = {}
        """The launcher's message that the step's process exists."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        if self._process is not None:
            self._process.wait()

    def send(self, **message: Any) -> None:
        self._channel.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, seconds: float) -> Message | None:
        """The next message, or None if none comes in time.

        Raises:
            EOFError: the launcher ended.
        """
        self._channel.settimeout(max(seconds, 0.001))
        while b"\n" not in self._unread:
            try:
                data = self._channel.recv(1 << 16)
            except TimeoutError:
                return None
            except ConnectionError:
                data = b""
            if not data:
                raise EOFError
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        message: Message = json.loads(line)
        return message


def connect(home: Path, idle_seconds: float = IDLE_SECONDS) -> Connection:
    """A connection to the launcher of state directory `home`, which is started if needed."""
    folder = _folder(home)
    channel = _try_connect(folder)
    if channel is None:
        with _lock(folder):
            channel = _try_connect(folder) or _start(home, folder, idle_seconds)
    return Connection(channel, None)


def one_shot(home: Path) -> Connection:
    """A connection to a launcher of its own, without preloaded libraries."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "aileron.run.launcher", "--once", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    return Connection(ours, process)


def status(home: Path) -> Mapping[str, Any] | None:
    """What the running launcher says of itself; None if none runs."""
    channel = _try_connect(_folder(home))
    if channel is None:
        return None
    with Connection(channel, None) as connection:
        connection.send(op="ping")
        try:
            return connection.receive(5)
        except EOFError:
            return None


def stop(home: Path) -> bool:
    """Ask the launcher to end once its steps have; whether one was there."""
    channel = _try_connect(_folder(home))
    if channel is None:
        return False
    with Connection(channel, None) as connection:
        connection.send(op="shutdown")
        connection.send(op="ping")
        try:
            connection.receive(5)
        except EOFError:
            return True
    return True


def warm_up(home: Path) -> None:
    """Start the launcher, so that the first step finds its libraries loaded."""
    with connect(home):
        return


def _folder(home: Path) -> Path:
    folder = home / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _try_connect(folder: Path) -> socket.socket | None:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with socket_address(folder) as address:
            channel.connect(address)
    except (FileNotFoundError, ConnectionRefusedError):
        channel.close()
        return None
    return channel


def _start(home: Path, folder: Path, idle_seconds: float) -> socket.socket:
    command = [sys.executable, "-P", "-m", "aileron.run.launcher", "--folder", str(folder)]
    log = folder / "launcher.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--idle", str(idle_seconds)],
            env=_environment(home),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    threading.Thread(target=process.wait, daemon=True).start()  # leave no zombie
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.returncode is None:
        channel = _try_connect(folder)
        if channel is not None:
            return channel
        time.sleep(0.005)
    raise Unavailable("run.launcher_not_started", log=str(log))


def _environment(home: Path) -> dict[str, str]:
    """Few variables, no secret."""
    return step_environment(home, "", {})


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    handle = os.open(folder / "launcher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
