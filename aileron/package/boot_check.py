"""The boot check: nobody relies on a package that has not answered once.

The package starts in a throw-away process, in its own environment, on a loopback port, and
must answer its golden requests as they were recorded. Whatever the process imported must be
pinned. The report says what was checked; how long it took, and how quickly it answers on how
many cores if that is asked for, is in the log and the metrics, so that the same package gives
the same report.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from aileron.core.errors import InvalidInput, StepFailed
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig

FORMAT_VERSION: Final = 1


class BootCheckConfig(StepConfig):
    """How patient the check is, and what it measures besides."""

    ready_seconds: float = Field(60, gt=0, description="longest time from start to ready")
    measure_cores: tuple[Annotated[int, Field(ge=1, le=256)], ...] = Field(
        (), description="measure latency and throughput of one instance on so many cores each"
    )
    measure_seconds: float = Field(
        4, gt=0, le=600, description="how long each of these measurements lasts"
    )


class BootCheck(Component[BootCheckConfig]):
    """Starts a package and asks its golden requests."""

    name = "package.boot_check"
    version = 4
    title: ClassVar[Mapping[str, str]] = {"en": "Boot check", "zh": "启动检查"}
    Config = BootCheckConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "package": Port(ArtifactKind.PACKAGE, "the package to start")
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "report": Port(ArtifactKind.REPORT, "what was asked and answered")
    }

    def run(
        self, context: Context, config: BootCheckConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.package.booted import Booted
        from aileron.package.environment import serving_environment
        from aileron.package.report import write_report

        package = inputs["package"]
        check_layout(package)
        clock = Clock(context)
        python = serving_environment(package / "requirements.txt", _home(context))
        clock.lap("environment_seconds")
        booted = Booted.start(python, package, context.work / "boot")
        try:
            booted.wait_ready(config.ready_seconds)
            clock.lap("ready_seconds")
            asked = ask_golden(booted, read_golden(package))
            if not asked:
                context.log("it has no golden request: that it starts is all that was checked")
            clock.lap("golden_seconds")
            imports = booted.stop()
            clock.lap("stop_seconds")
        finally:
            booted.kill()
        check_imports(imports, pins(package))
        for cores in config.measure_cores:
            tell_speed(context, config, python, cores, package)
        report = describe(package, asked, imports)
        return {"report": write_report(context.output("report"), report)}


def tell_speed(
    context: Context, config: BootCheckConfig, python: Path, cores: int, package: Path
) -> None:
    """Measure an instance of its own on `cores` cores; in log and metrics, at step `cores`."""
    from aileron.package.booted import Booted
    from aileron.package.speed import confined, measure

    golden = read_golden(package)
    if not golden:
        raise InvalidInput("package.nothing_to_measure")
    with confined(cores):
        booted = Booted.start(python, package, context.work / f"cores_{cores}")
    try:
        booted.wait_ready(config.ready_seconds)
        speed = measure(booted.host, booted.port, golden, cores, config.measure_seconds)
        booted.stop()
    finally:
        booted.kill()
    context.log(str(speed))
    for name in ("latency_p50_ms", "latency_p95_ms", "requests_per_second"):
        context.metric(name, getattr(speed, name), cores)


class Clock:
    """Says in log and metrics how long each part took."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self._context.log(f"{name.removesuffix('_seconds')}: {now - self._last:.2f} s")
        self._context.metric(name, now - self._last)
        self._last = now


def check_layout(package: Path) -> None:
    """Refuse a directory that is no package; names what it lacks."""
    for name in ("package.json", "requirements.txt", "golden.json", "bento.yaml", "src"):
        if not (package / name).exists():
            raise InvalidInput("package.not_a_package", missing=name)


def read_golden(package: Path) -> list[dict[str, Any]]:
    golden: list[dict[str, Any]] = json.loads((package / "golden.json").read_text("utf-8"))
    return golden


def pins(package: Path) -> dict[str, str]:
    """Canonical name -> version of what the package pins."""
    lines = (package / "requirements.txt").read_text(encoding="utf-8").split()
    return dict(line.split("==", 1) for line in lines)


def ask_golden(booted: Any, golden: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ask each golden request; what was asked.

    Raises:
        StepFailed: one is not answered, or otherwise than recorded.
    """
    from aileron.package.golden import TOLERANCE, differences

    asked: list[dict[str, Any]] = []
    for number, entry in enumerate(golden, start=1):
        path = entry["path"]
        try:
            status, answer = booted.ask(path, entry["request"])
        except (OSError, ValueError) as error:
            raise _no_answer(booted, number, path, repr(error)) from None
        if status != 200:
            raise _no_answer(booted, number, path, f"{status}: {answer}")
        tolerance = entry.get("tolerance", TOLERANCE)
        difference = next(differences(entry["response"], answer, tolerance), None)
        if difference is not None:
            raise StepFailed(
                "package.boot_other_answer", number=number, path=path, difference=difference
            )
        asked.append({"path": path, "rows": _rows(entry["request"]), "passed": True})
    return asked


def check_imports(imports: Mapping[str, Any], pinned: Mapping[str, str]) -> None:
    """Whatever ran must be pinned, in the version that ran."""
    from packaging.utils import canonicalize_name

    unpinned = [
        f"{name}=={version}"
        for name, version in sorted(imports["imported"].items())
        if pinned.get(canonicalize_name(name)) != version
    ]
    if unpinned:
        raise StepFailed("package.boot_unpinned", names=", ".join(unpinned))
    if imports["foreign"]:
        raise StepFailed("package.boot_foreign", files=", ".join(imports["foreign"][:5]))


def describe(
    package: Path, asked: list[dict[str, Any]], imports: Mapping[str, Any]
) -> dict[str, Any]:
    """report.json."""
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    return {
        "format_version": FORMAT_VERSION,
        "passed": True,
        "package": about,
        "golden": asked,
        "imported": dict(sorted(imports["imported"].items())),
        "pinned": pins(package),
    }


def _rows(request: Mapping[str, Any]) -> int:
    """How many rows or pictures a request asks about; one of a custom job's own form."""
    if isinstance(request.get("data"), list):
        return len(request["data"])
    if isinstance(request.get("inputs"), list) and "shape" in request["inputs"][0]:
        return len(request["inputs"][0]["data"])
    return 1


def _no_answer(booted: Any, number: int, path: str, problem: str) -> StepFailed:
    return StepFailed(
        "package.boot_no_answer",
        number=number,
        path=path,
        problem=problem,
        log=booted.last_words(),
    )


def _home(context: Context) -> Path:
    """Where environments are kept: the runner's ``AILERON_HOME``, else thrown away."""
    home = os.environ.get("AILERON_HOME")
    return Path(home) if home else context.work
