"""The process runner keeps a runner's promises, warm and cold alike."""

from pathlib import Path

import pytest

from aileron.run.conformance import PLATFORM_CHECKS, RUNNER_CHECKS
from aileron.run.conformance.runners import Bench
from aileron.run.process import ProcessRunner

CHECKS = {**RUNNER_CHECKS, **PLATFORM_CHECKS}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("launcher", [True, False], ids=["warm", "cold"])
def test_runner(check: str, launcher: bool, launcher_home: Path, tmp_path: Path) -> None:
    runner = ProcessRunner(launcher_home, launcher=launcher, grace_seconds=0.5)
    CHECKS[check](Bench(runner, tmp_path))


def test_without_a_control_group_the_limit_is_watched(launcher_home: Path, tmp_path: Path) -> None:
    runner = ProcessRunner(launcher_home, launcher=False, hard_limits=False)
    RUNNER_CHECKS["memory_limit_says_limit_and_peak"](Bench(runner, tmp_path))
