"""The warm process that step processes are forked from, and what a fork does first.

The zygote imports heavy third-party libraries one after another and the project's own
`aileron.run.child`, and reads the code of steps; it never imports or runs one. A fork whose
project files have changed since imports the project anew. The zygote has a single Python
thread whenever it forks, and no library has run a parallel region in it, so that OpenMP
and Arrow start their threads in the child. Standard library alone.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import logging
import os
import signal
import socket
import sys
import tempfile
import time
import traceback
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, NoReturn

from aileron.run.bytecode import distrust_old_bytecode
from aileron.run.jobs import Message
from aileron.run.tree import adopt_orphans, anonymous_bytes, die_with_parent, hide

CLOCK_STEP: Final = 0.05
"""Seconds by which a file system's clock may lag behind the processor's."""

PRELOADED: Final = (
    "pydantic", "yaml", "numpy", "pandas", "pyarrow.parquet", "pyarrow.csv", "xgboost",
    "sklearn.linear_model", "sklearn.metrics", "sklearn.model_selection", "sklearn.pipeline",
    "sklearn.preprocessing", "sklearn.compose", "scipy.stats", "sqlalchemy", "httpx", "jinja2",
    "aileron.run.child", "matplotlib.figure", "matplotlib.backends.backend_agg", "skops.io",
    "dvc.repo", "great_expectations",
)  # fmt: skip
"""In the order of need; a library that is not installed is left out.

torch is not among them: its import costs a training of pictures 1.5 s of a minute or more, and
holding it would cost every installation 125 MB for ever.
"""


@dataclass(frozen=True)
class Origin:
    """Where a fork comes from."""

    launcher: int
    middle: int | None = None
    """The process that forked it for the zygote; None if the launcher itself did."""
    project_since: float | None = None
    """Since when project modules were imported there; None if they must not be used."""


def serve(channel: socket.socket, launcher: int) -> NoReturn:
    """The life of the zygote: load, then fork on order until the launcher goes."""
    die_with_parent()
    hide()
    distrust_old_bytecode()
    origin = Origin(launcher, project_since=time.time())
    orders = receive(channel)
    for module in PRELOADED:
        _load(module)
        send(channel, {"loaded": module})
        _fork_until_told_to_go_on(channel, orders, origin)
    parse_steps()
    gc.collect()
    gc.freeze()
    send(channel, {"ready": len(list(Path("/proc/self/task").iterdir()))})
    for order in orders:
        _fork(channel, order, origin)
    os._exit(0)


def send(channel: socket.socket, message: Mapping[str, Any]) -> None:
    """One message, as a line of JSON."""
    channel.sendall(json.dumps(message).encode() + b"\n")


def receive(channel: socket.socket) -> Iterator[Message]:
    """Messages until the other side closes."""
    with channel.makefile("rb") as file:
        for line in file:
            yield json.loads(line)


def _load(module: str) -> None:
    try:
        importlib.import_module(module)
    except ImportError as error:
        print(f"not preloaded: {module}: {error}", file=sys.stderr, flush=True)


def parse_steps() -> None:
    """Parse the code of all steps: of unchanged files, a fork that checks its step's code then
    knows what they import. The catalogue is not asked, for it would remember its answer."""
    keys = importlib.import_module("aileron.graph.keys")
    reader = keys.CodeReader()
    for point in entry_points(group="aileron.steps"):
        try:
            reader.read(point.module)
        except Exception as error:  # noqa: BLE001 - the step's own process says it in a sentence
            print(f"not parsed: {point.module}: {error}", file=sys.stderr, flush=True)


def _fork_until_told_to_go_on(
    channel: socket.socket, orders: Iterator[Message], origin: Origin
) -> None:
    for order in orders:
        if "go" in order:
            return
        _fork(channel, order, origin)
    os._exit(0)


def _fork(channel: socket.socket, order: Message, origin: Origin) -> None:
    """Fork a step process that becomes the launcher's child, because its parent ends at once."""
    baseline = anonymous_bytes()
    middle = os.fork()
    if middle == 0:
        origin = replace(origin, middle=os.getpid())
        child = os.fork()
        if child == 0:
            become_step(order, origin)
        send(channel, {"forked": order["id"], "pid": child, "baseline": baseline})
        os._exit(0)
    os.waitpid(middle, 0)


def become_step(order: Message, origin: Origin) -> NoReturn:
    """Turn this fork into the process of one step and end with it."""
    code = 70
    try:
        _leave_parent(origin)
        _own_output(order["output"])
        _join_group(order["procs"])
        _forget_parents()
        distrust_old_bytecode()
        _import_project_anew_if_changed(order["env"], origin)
        _own_surroundings(order["env"], Path(order["cwd"]))
        os.umask(order["umask"])
        child = importlib.import_module("aileron.run.child")
        code = child.main(Path(order["request"]))
        atexit._run_exitfuncs()  # noqa: SLF001 - os._exit would skip them
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - the last frame of a process: nobody else can tell
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def _leave_parent(origin: Origin) -> None:
    """Be the launcher's child, in a session of its own, and not outlive the launcher."""
    while os.getppid() == origin.middle:
        time.sleep(0.0002)
    die_with_parent()
    if os.getppid() != origin.launcher:
        os._exit(70)
    os.setsid()
    adopt_orphans()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN if number == signal.SIGPIPE else signal.SIG_DFL)


def _own_output(path: str) -> None:
    output = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((null, 0), (output, 1), (output, 2)):
        os.dup2(old, new)
    close_all_but({0, 1, 2})
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = os.fdopen(number, "w", encoding="utf-8", buffering=1, closefd=False)
        setattr(sys, name, stream)


def close_all_but(kept: set[int]) -> None:
    """Close every other descriptor of this process."""
    for number in {int(path.name) for path in Path("/proc/self/fd").iterdir()} - kept:
        with contextlib.suppress(OSError):  # the listing's own is closed already
            os.close(number)


def _join_group(procs: str | None) -> None:
    if procs is None:
        return
    try:
        Path(procs).write_text("0", encoding="ascii")
    except OSError as error:
        print(f"The memory limit is watched only: {procs}: {error}", flush=True)


def _own_surroundings(env: Mapping[str, str], cwd: Path) -> None:
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    inherited_threads = os.environ["OMP_NUM_THREADS"]
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    own = [path for path in env.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:] = own + [path for path in sys.path if path not in (*inherited, *own)]
    importlib.invalidate_caches()
    tempfile.tempdir = None
    sys.argv = ["aileron.run.child"]
    threads = sys.modules.get("threadpoolctl")
    if threads is not None and env["OMP_NUM_THREADS"] != inherited_threads:
        threads.threadpool_limits(int(env["OMP_NUM_THREADS"]))


def _forget_parents() -> None:
    """Run nothing of theirs at exit, and be nobody's ``__main__``."""
    atexit._clear()  # noqa: SLF001 - the parents' are not ours to run
    atexit.register(logging.shutdown)
    sys.modules["__main__"] = types.ModuleType("__main__")


def _import_project_anew_if_changed(env: Mapping[str, str], origin: Origin) -> None:
    """Drop the inherited project modules unless they are what an import would give now."""
    modules = [n for n in sys.modules if n == "aileron" or n.startswith("aileron.")]
    same_path = env.get("PYTHONPATH", "") == os.environ.get("PYTHONPATH", "")
    since = origin.project_since
    if since is not None and same_path and not any(_changed(name, since) for name in modules):
        return
    for name in modules:
        del sys.modules[name]


def _changed(module: str, since: float) -> bool:
    """Whether a module's file was made, changed, moved or removed after `since`."""
    path = sys.modules[module].__file__
    if path is None:
        return True
    try:
        return Path(path).stat().st_ctime >= since - CLOCK_STEP
    except FileNotFoundError:
        return True
