"""Jobs that really run: what the code finds, what is kept of it, and how it ends."""

from __future__ import annotations

import json

import pytest
from plugins.own_jobs import Jobs

from aileron.core.errors import StepFailed

LOOK = """\
import json, os, sys
from pathlib import Path
names = sorted(path.as_posix() for path in Path().rglob("*") if path.is_file())
Path("output/seen.json").write_text(json.dumps(
    {"files": names, "arguments": sys.argv[1:], "environment": dict(os.environ)}
))
"""


def test_a_folder_of_code_runs_on_a_folder_of_data(jobs: Jobs) -> None:
    jobs.write("code/look.py", LOOK)
    jobs.write("code/.hidden/secret", "of nobody's business")
    jobs.write("pictures/cat/one.bin", "1")
    parameters = {"epochs": 2, "rate": 0.5, "note": "it's me; exit 3", "warm": True}
    data = {"folder": "pictures"}
    outcome = jobs.run("python look.py", train_data=data, parameters=parameters, env={"MINE": "1"})
    seen = json.loads(jobs.text(outcome.outputs, "seen.json"))
    assert seen["files"] == ["look.py", "train_data/cat/one.bin"]
    assert seen["arguments"] == [
        "--epochs=2",
        "--rate=0.5",
        "--note=it's me; exit 3",
        "--warm=true",
    ]
    environment = seen["environment"]
    assert json.loads(environment["AILERON_PARAMETERS"]) == parameters
    assert (environment["MINE"], environment["PYTHONUNBUFFERED"]) == ("1", "1")
    assert not [name for name in environment if name in ("AILERON_HOME", "AILERON_LEDGER_URL")]
    assert environment["HOME"].startswith(str(jobs.settings.home))


def test_what_a_failed_job_left_is_kept_with_its_last_lines(jobs: Jobs) -> None:
    jobs.write("code/bad.sh", "echo half > output/half.txt\necho no more data >&2\nexit 7\n")
    plan = jobs.plan(code={"folder": "code"}, command="bash bad.sh")
    with pytest.raises(StepFailed, match=r"exit code 7[\s\S]*no more data"):
        jobs.execute(plan)
    assert jobs.text(jobs.row(plan).outputs, "half.txt") == "half\n"
    assert "no more data" in jobs.lines
