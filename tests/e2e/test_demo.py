"""`aileron demo`, as `make demo` and `make cluster-demo` run it."""

from __future__ import annotations

import json

from plugins.command import Command


def test_the_demo_runs_a_lifecycle_and_prints_what_its_service_answers(aileron: Command) -> None:
    lines = [line.strip() for line in aileron("demo").out.splitlines()]
    assert lines[0] == "Lifecycle breast_cancer, run by Airflow's scheduler:"
    assert lines[lines.index("Ask it:") + 1].startswith("curl -s http://")
    answer = json.loads(lines[lines.index("It answers:") + 1])
    assert len(answer["batch_results"]) >= 1
