"""Process trees, control groups, compiled files: what the launcher builds on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aileron.run import memory_enforcement
from aileron.run.bytecode import get_code
from aileron.run.cgroup import MemoryGroup
from aileron.run.freshness import installed_digest
from aileron.run.process import tree_memory
from aileron.run.tree import anonymous_bytes, kill_tree, members

TREE = """
import subprocess, sys, time
code = "import time; time.sleep(60)"
for leave in (False, True):
    print(subprocess.Popen([sys.executable, "-c", code], start_new_session=leave).pid, flush=True)
time.sleep(60)
"""


def test_a_tree_is_found_and_killed_whole() -> None:
    command = [sys.executable, "-c", TREE]
    root = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert root.stdout is not None
    children = {int(root.stdout.readline()) for _ in range(2)}
    assert members(root.pid) == {root.pid, *children}
    assert tree_memory(root.pid) > anonymous_bytes(root.pid) > 0
    kill_tree(root.pid)
    assert root.wait(5) == -signal.SIGKILL
    assert members(root.pid) == set()


def test_memory_of_a_process_that_ended_is_nothing() -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    assert tree_memory(done.pid) == 0


def test_a_control_group_holds_its_limit_or_is_not_promised() -> None:
    if memory_enforcement() == "polling":
        with pytest.raises(OSError):  # noqa: PT011 - which one depends on the kernel
            MemoryGroup(1 << 28)
        return
    group = MemoryGroup(100 << 20)
    try:
        code = "import sys; open(sys.argv[1], 'w').write('0'); bytearray(b'x') * (300 << 20)"
        done = subprocess.run([sys.executable, "-c", code, str(group.procs)], check=False)
        assert done.returncode == -signal.SIGKILL
        assert group.killed()
        assert (group.peak_bytes() or 100 << 20) <= 100 << 20
    finally:
        group.remove()
    assert not group.folder.exists()


def test_installed_packages_are_digested_again_only_after_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    before = installed_digest(tmp_path)
    monkeypatch.setattr("aileron.run.freshness.environment_digest", lambda: "asked again")
    assert installed_digest(tmp_path) == before
    (site / "new-1.0.dist-info").mkdir()
    assert installed_digest(tmp_path) == "asked again"


def test_a_compiled_file_older_than_its_source_is_not_believed(tmp_path: Path) -> None:
    from importlib.machinery import SourceFileLoader

    module = tmp_path / "word.py"
    module.write_text("WORD = 'one'\n")
    loader = SourceFileLoader("word", str(module))
    assert "one" in (loader.get_code("word") or get_code(loader, "word")).co_consts
    times = (module.stat().st_atime_ns, module.stat().st_mtime_ns)
    module.write_text("WORD = 'two'\n")
    os.utime(module, ns=times)
    code = get_code(loader, "word")
    assert code is not None
    assert "two" in code.co_consts
