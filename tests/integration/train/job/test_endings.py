"""Jobs that do not end by themselves: stopped, too slow, with children left; results are kept."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from plugins.own_jobs import Jobs
from plugins.waiting import wait_until

from aileron.core.errors import StepFailed
from aileron.run.engine import Engine
from aileron.run.process import ProcessRunner

CHECKPOINTS = """\
import signal, sys, time
from pathlib import Path

def last(*_):
    print("one more checkpoint", flush=True)
    Path("output/last.txt").write_text("kept")
    sys.exit(1)

signal.signal(signal.SIGTERM, last)
Path("output/first.txt").write_text("kept")
print("at work", flush=True)
while True:
    time.sleep(0.05)
"""


def test_a_job_that_is_stopped_may_write_a_last_checkpoint(jobs: Jobs) -> None:
    jobs.write("code/slow.py", CHECKPOINTS)
    plan, cancelled = (
        jobs.plan(code={"folder": "code"}, command="python slow.py"),
        threading.Event(),
    )
    stopping = threading.Thread(target=lambda: _when_at_work(jobs, cancelled))
    stopping.start()
    with pytest.raises(StepFailed, match="cancelled"):
        jobs.execute(plan, cancelled=cancelled)
    stopping.join()
    outputs = jobs.row(plan).outputs
    assert jobs.files(outputs) == ["first.txt", "last.txt"]
    assert "one more checkpoint" in jobs.lines


def test_a_job_that_may_start_again_does_not_when_it_is_stopped(jobs: Jobs) -> None:
    jobs.write("code/slow.py", CHECKPOINTS)
    plan = jobs.plan(code={"folder": "code"}, command="python slow.py", restarts=3, nodes=2)
    cancelled = threading.Event()
    stopping = threading.Thread(target=lambda: _when_at_work(jobs, cancelled))
    stopping.start()
    with pytest.raises(StepFailed, match="cancelled"):
        jobs.execute(plan, cancelled=cancelled)
    stopping.join()
    assert jobs.lines.count("$ python slow.py") == 1
    assert "last.txt" in jobs.files(jobs.row(plan).outputs)


def _when_at_work(jobs: Jobs, cancelled: threading.Event) -> None:
    wait_until(lambda: any(line.endswith("at work") for line in jobs.lines), seconds=60)
    cancelled.set()


def test_a_job_that_runs_too_long_keeps_what_it_has(jobs: Jobs) -> None:
    jobs.write("code/slow.py", CHECKPOINTS)
    command = "true; python slow.py"
    plan = jobs.plan(code={"folder": "code"}, command=command, hours=15 / 3600, restarts=3)
    with pytest.raises(StepFailed, match="15 s"):
        jobs.execute(plan)
    assert jobs.lines.count(f"$ {command}") == 1
    assert jobs.files(jobs.row(plan).outputs) == ["first.txt", "last.txt"]


def test_a_job_of_too_much_memory_keeps_what_it_has(jobs: Jobs, launcher_home: Path) -> None:
    """And is not started again."""
    runner = ProcessRunner(launcher_home, hard_limits=False)
    jobs.engine = Engine(jobs.settings, jobs.ledger, jobs.store, runner)
    jobs.write(
        "code/large.py",
        "import time\nopen('output/first.txt', 'w').write('kept')\n"
        "data = bytearray(900 << 20)\ndata[::4096] = b'x' * (900 << 8)\ntime.sleep(600)\n",
    )
    command = "python large.py"
    plan = jobs.plan(code={"folder": "code"}, command=command, memory_mb=600, restarts=3)
    with pytest.raises(StepFailed, match="600 MB"):
        jobs.execute(plan)
    assert jobs.files(jobs.row(plan).outputs) == ["first.txt"]
    assert jobs.lines.count(f"$ {command}") == 1


def test_what_a_command_leaves_running_does_not_hold_the_job(jobs: Jobs) -> None:
    jobs.write("code/leave.sh", "sleep 600 &\nsetsid sleep 600 &\necho done > output/done.txt\n")
    outcome = jobs.run("bash leave.sh")
    assert jobs.files(outcome.outputs) == ["done.txt"]


def test_links_among_the_results_are_told_of_and_not_kept(jobs: Jobs) -> None:
    jobs.write("code/link.sh", "ln -s /etc/passwd output/users\necho 1 > output/one\n")
    outcome = jobs.run("bash link.sh")
    assert jobs.files(outcome.outputs) == ["one"]
    assert "./output/users is a link or no file, and is not kept" in jobs.lines
