"""No test is skipped in silence: each skip is listed at the end, and with STRICT=1 it fails.

Continuous integration sets STRICT=1, so a test that its machine cannot run is noticed.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest


class StrictPlugin:
    """Counts skips by reason, of tests and of whole files."""

    def __init__(self, strict: bool) -> None:
        self.strict = strict
        self.skips: Counter[tuple[str, str]] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._count(report.nodeid, report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._count(report.nodeid, report)

    def _count(self, name: str, report: pytest.TestReport | pytest.CollectReport) -> None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        self.skips[(name.split("[", maxsplit=1)[0], str(reason).removeprefix("Skipped: "))] += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.strict and self.skips and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.skips:
            return
        verdict = "failed, for STRICT=1" if self.strict else "not run on this machine"
        terminalreporter.section(f"skipped tests ({verdict})")
        for (name, reason), count in sorted(self.skips.items()):
            times = f" ({count} times)" if count > 1 else ""
            terminalreporter.line(f"{name}{times}: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    strict = os.environ.get("STRICT") == "1"
    config.pluginmanager.register(StrictPlugin(strict), "aileron-strict")
