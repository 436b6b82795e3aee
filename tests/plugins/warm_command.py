"""The `aileron` command without its imports: processes forked from one that has imported all.

A test run gives some hundred commands, each a process of its own with its own variables, folder
and files, as a user's are; what a user pays once, the imports, would be a tenth of the run here.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

CLIENTS: Final = ("aileron.client.local.client", "aileron.client.remote", "aileron.stack.stack")
MESSAGE_BYTES: Final = 1 << 20


def run_aileron(
    words: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    given: str | None = None,
    seconds: float,
) -> subprocess.CompletedProcess[str]:
    """What ``aileron WORDS`` prints, and how it exits; as `subprocess.run` of the program.

    Raises:
        subprocess.TimeoutExpired: it took longer than that, and was killed.
    """
    with ExitStack() as opened:
        files = [opened.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        files[0].write((given or "").encode())
        files[0].seek(0)
        order = {"words": list(words), "cwd": str(cwd), "env": dict(env)}
        with _server() as asked:
            socket.send_fds(asked, [json.dumps(order).encode()], [f.fileno() for f in files])
            code = _ended(asked, words, seconds)
        texts = [_text(file) for file in files[1:]]
    return subprocess.CompletedProcess(["aileron", *words], code, *texts)


SHIM: Final = """#!{python} -IS
import json, os, socket, sys
if sys.argv[1:2] == ["api"]:  # serves until it is told to stop
    os.execv({program!r}, ["aileron", *sys.argv[1:]])
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
    asked.connect({address!r})
    order = {{"words": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ)}}
    socket.send_fds(asked, [json.dumps(order).encode()], [0, 1, 2])
    asked.recv(20)
    sys.exit(int(asked.recv(20) or 137))
"""


def shell_command(folder: Path) -> Path:
    """Write a program `aileron` for shells into the folder, which is returned."""
    program = folder / "aileron"
    real = str(Path(sys.executable).with_name("aileron"))
    text = SHIM.format(python=sys.executable, program=real, address=_address())
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    return folder


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _ended(asked: socket.socket, words: Sequence[str], seconds: float) -> int:
    """The exit status; -9 if the process went without a word."""
    asked.settimeout(seconds)
    pid = int(asked.recv(20))
    try:
        answer = asked.recv(20)
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        raise subprocess.TimeoutExpired(["aileron", *words], seconds) from None
    return int(answer) if answer else -signal.SIGKILL


def _server() -> socket.socket:
    asked = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    asked.connect(_address())
    return asked


@cache
def _address() -> str:
    """Where this process's server listens; it ends with this process."""
    address = tempfile.mkdtemp(prefix="aileron-warm-") + "/socket"
    kept, watched = os.pipe()
    os.set_inheritable(kept, True)
    server = subprocess.Popen(
        [sys.executable, "-P", __file__, address, str(kept)],
        stdout=subprocess.PIPE,
        pass_fds=[kept],
    )
    os.close(kept)
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    _WATCHED.append(watched)
    return address


_WATCHED: Final[list[int]] = []
"""Closed by the end of this process, which ends the server."""


def serve(address: str, parent: int) -> None:
    """Fork a process for each command, until the other end of `parent` is closed."""
    for name in (*_commands(), *CLIENTS):
        import_module(name)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(address)
    listening.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    watch = os.fork()
    if watch == 0:
        listening.close()
        os.read(parent, 1)
        os.kill(os.getppid(), signal.SIGTERM)
        os._exit(0)
    while True:
        asked, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            _become(asked)
        asked.close()


def _commands() -> list[str]:
    from aileron.cli import COMMANDS

    return [f"aileron.cli.{name}" for name in COMMANDS]


def _become(asked: socket.socket) -> None:
    """Be the command in this forked process."""
    code: Any = 1
    try:
        order, files, _, _ = socket.recv_fds(asked, MESSAGE_BYTES, 3)
        asked.send(str(os.getpid()).encode())
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        _run(json.loads(order))
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - what Python would print at the end of a process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        asked.send(str(code if isinstance(code, int) else int(code is not None)).encode())
        os._exit(0)


def _run(order: Mapping[str, Any]) -> None:
    from aileron.cli import main

    os.setsid()
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.path[1:1] = [path for path in order["env"].get("PYTHONPATH", "").split(":") if path]
    sys.argv = ["aileron", *order["words"]]
    main()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
