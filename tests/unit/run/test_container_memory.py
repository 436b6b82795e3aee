"""What a container's own control group tells, in both versions of the kernel's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from aileron.run.cgroup import ContainerMemory

VERSIONS = {
    "v1": (
        "memory",
        {"memory.limit_in_bytes": "1048576", "memory.max_usage_in_bytes": "4096"},
        "memory.oom_control",
        "oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n",
    ),
    "v2": (
        "",
        {"memory.max": "1048576", "memory.peak": "4096"},
        "memory.events",
        "low 0\noom 1\noom_kill {kills}\n",
    ),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_limit_peak_and_kills(version: str, tmp_path: Path) -> None:
    folder, files, events, text = VERSIONS[version]
    root = tmp_path / folder
    root.mkdir(exist_ok=True)
    for name, content in files.items():
        (root / name).write_text(content)
    (root / events).write_text(text.format(kills=1))
    memory = ContainerMemory(tmp_path)
    assert (memory.limit_bytes, memory.peak_bytes) == (1048576, 4096)
    assert not memory.killed(), "that was before"
    (root / events).write_text(text.format(kills=2))
    assert memory.killed()


def test_a_root_without_a_group_tells_of_no_kill(tmp_path: Path) -> None:
    memory = ContainerMemory(tmp_path)
    assert not memory.killed()
    assert (memory.limit_bytes, memory.peak_bytes) == (0, 0)


def test_a_kernel_that_knows_no_limit_and_no_peak(tmp_path: Path) -> None:
    (tmp_path / "memory.events").write_text("oom_kill 0\n")
    (tmp_path / "memory.max").write_text("max\n")
    memory = ContainerMemory(tmp_path)
    assert (memory.limit_bytes, memory.peak_bytes) == (0, 0)
