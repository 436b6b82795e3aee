"""Process trees on Linux, with the standard library alone: the launcher imports this."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parents end, so that they stay findable."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def hide() -> None:
    """Keep this process's variables and memory from other processes of its user."""
    _prctl(_PR_SET_DUMPABLE, 0)


def members(root: int) -> set[int]:
    """`root`, its living descendants, and everything in the session that it leads."""
    processes = list(_processes())
    children: dict[int, list[int]] = {}
    for pid, parent, _ in processes:
        children.setdefault(parent, []).append(pid)
    found: set[int] = {pid for pid, _, session in processes if pid == root or session == root}
    todo = list(found)
    while todo:
        new = [child for child in children.get(todo.pop(), []) if child not in found]
        found.update(new)
        todo += new
    return found


def kill_tree(root: int, number: int = signal.SIGKILL) -> None:
    """Signal every member of the tree; with SIGKILL, until none is left."""
    for _ in range(20):
        found = members(root)
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if number != signal.SIGKILL or not found:
            return


def children_of(parent: int) -> set[int]:
    """Living direct children."""
    return {pid for pid, above, _ in _processes() if above == parent}


def anonymous_bytes(pid: int | str = "self") -> int:
    """Resident memory of a process that no file backs."""
    resident, shared = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1:3]
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


def _processes() -> list[tuple[int, int, int]]:
    """(pid, parent, session) of every process that has not ended."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            text = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent, _, session = text[text.rindex(")") + 2 :].split()[:4]
        if state != "Z":
            found.append((int(folder.name), int(parent), int(session)))
    return found


def _prctl(option: int, value: int) -> None:
    if _LIBC.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
