"""Small steps with known behaviour, to check a runner with (`aileron.run.conformance`).

They are part of the package, so that they exist wherever a runner runs steps.
"""

# ruff: noqa: ARG002, RUF012 - steps take what the contract gives and declare constants
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import (
    Component,
    Context,
    Effect,
    EffectContext,
    Record,
    StepConfig,
    Wait,
)

Behaviour = Literal[
    "copy", "refuse", "crash", "exit", "kill", "sleep", "stubborn", "allocate", "fill", "spawn",
    "undeclared", "missing", "environment", "libraries",
    "resume", "chatter", "together",
]  # fmt: skip


class ProbeConfig(StepConfig):
    """What the probe does, and how much of it."""

    behaviour: Behaviour = "copy"
    text: str = ""
    amount: float = 0.0


class Probe(Component[ProbeConfig]):
    """Behaves as told."""

    name = "probe.component"
    version = 1
    title = {"en": "Probe", "zh": "探针"}
    Config = ProbeConfig
    inputs = {"source": Port(ArtifactKind.SOURCE, optional=True)}
    outputs = {"report": Port(ArtifactKind.REPORT)}

    def run(
        self, context: Context, config: ProbeConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        report = context.output("report")
        report.mkdir()
        told: dict[str, Any] = {"text": config.text, "seed": context.seed}
        if "source" in inputs:
            files = sorted(p for p in inputs["source"].rglob("*") if p.is_file())
            told["source"] = [path.read_text(encoding="utf-8") for path in files]
        told |= _behave(context, config)
        (report / "report.json").write_text(json.dumps(told), encoding="utf-8")
        context.metric("done", 1.0)
        if config.behaviour == "undeclared":
            return {"report": report, "other": report}
        return {} if config.behaviour == "missing" else {"report": report}


def _behave(context: Context, config: ProbeConfig) -> dict[str, Any]:
    context.log(f"probe: {config.behaviour}")
    match config.behaviour:
        case "refuse":
            (context.output("report") / "why.txt").write_text(config.text, encoding="utf-8")
            raise InvalidInput("run.input_missing", step="probe.component", port="source")
        case "crash":
            raise ZeroDivisionError(config.text)
        case "exit":
            os._exit(int(config.amount))
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "sleep":
            time.sleep(config.amount)
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(config.amount)
        case "allocate":
            _allocate(int(config.amount))
        case "fill":
            _fill(context, int(config.amount))
        case "spawn":
            return _spawn(context, config.amount)
        case "environment":
            return {"environment": dict(os.environ), "modules": sorted(sys.modules)}
        case "libraries":
            return _use_libraries(context.seed)
        case "chatter":
            for number in range(1, int(config.amount) + 1):
                print(f"line {number}")
        case "together":
            return _together(config)
        case "resume":
            return _resume(context, config.text)
    return {}


def _together(config: ProbeConfig) -> dict[str, Any]:
    """Tell where the nodes are; the one that `text` names dies, the others sleep `amount`."""
    node = os.environ["AILERON_NODE"]
    if node == config.text:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(config.amount)
    return {"node": node, "addresses": os.environ["AILERON_NODE_ADDRESSES"].split(",")}


def _resume(context: Context, text: str) -> dict[str, Any]:
    """Leave a checkpoint and die; the next try tells what it found."""
    kept = context.checkpoint / "kept.txt"
    if kept.exists():
        return {"kept": kept.read_text(encoding="utf-8")}
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(text, encoding="utf-8")
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def _allocate(megabytes: int) -> None:
    """Take memory piece by piece, then hold it."""
    held = []
    for _ in range(megabytes // 8):
        held.append(bytearray(os.urandom(1)) * (8 << 20))
        time.sleep(0.005)
    time.sleep(1.0)


def _fill(context: Context, megabytes: int) -> None:
    """Write so much to the disk, and wait for somebody to mind."""
    with (context.work / "fill").open("wb") as file:
        for _ in range(megabytes):
            file.write(b"." * (1 << 20))
    time.sleep(300)


def _spawn(context: Context, seconds: float) -> dict[str, Any]:
    """A grandchild in the same session and one that left it; both outlive this step."""
    code = f"import time; time.sleep({seconds})"
    command = [sys.executable, "-c", code]
    pids = [subprocess.Popen(command, start_new_session=leave).pid for leave in (False, True)]
    context.log("spawned " + json.dumps(pids))
    if seconds > 100:
        time.sleep(seconds)
    return {"pids": pids, "namespace": str(Path("/proc/self/ns/pid").readlink())}


def _use_libraries(seed: int) -> dict[str, Any]:
    """Run OpenMP, BLAS and Arrow threads, which a careless fork would deadlock."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
    import xgboost
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_info  # type: ignore[import-untyped]

    random = np.random.default_rng(seed)
    features = random.normal(size=(20_000, 12))
    labels = (features @ random.normal(size=12) > 0).astype(int)
    booster = xgboost.train(
        {"objective": "binary:logistic", "seed": seed},
        xgboost.DMatrix(features, labels),
        num_boost_round=8,
    )
    linear = LogisticRegression().fit(features, labels)
    table = pa.Table.from_pandas(pd.DataFrame(features, columns=[f"c{i}" for i in range(12)]))
    pq.write_table(table, "table.parquet")
    total = float(pc.sum(pq.read_table("table.parquet").column("c0")).as_py())
    return {
        "model": booster.save_raw("json").decode()[-200:],
        "coefficients": np.round(linear.coef_, 6).tolist(),
        "product": float(np.round((features.T @ features).trace(), 3)),
        "sum": round(total, 6),
        "threads": {i["internal_api"]: i["num_threads"] for i in threadpool_info()},
    }


class NoteConfig(StepConfig):
    """Where the note is left."""

    path: str


class LeaveNote(Effect[NoteConfig]):
    """Makes a file, the smallest change of a world."""

    name = "probe.effect"
    version = 1
    title = {"en": "Leave a note", "zh": "留下便条"}
    Config = NoteConfig
    inputs = {"report": Port(ArtifactKind.REPORT, optional=True)}
    outputs = {"record": Port(ArtifactKind.RECORD)}

    def observe(
        self, context: EffectContext, config: NoteConfig, inputs: Mapping[str, Path]
    ) -> Record | None:
        note = Path(config.path)
        return {"note": note.read_text(encoding="utf-8")} if note.exists() else None

    def apply(
        self, context: EffectContext, config: NoteConfig, inputs: Mapping[str, Path]
    ) -> Record:
        Path(config.path).write_text(context.key, encoding="utf-8")
        context.log(f"left a note for {context.actor}")
        return {"note": context.key}

    def undo(self, context: EffectContext, config: NoteConfig, record: Record) -> None:
        Path(config.path).unlink(missing_ok=True)


class AwaitNote(Wait[NoteConfig]):
    """Waits for a file."""

    name = "probe.wait"
    version = 1
    title = {"en": "Await a note", "zh": "等待便条"}
    Config = NoteConfig
    outputs = {"record": Port(ArtifactKind.RECORD)}

    def ready(
        self, context: EffectContext, config: NoteConfig, inputs: Mapping[str, Path]
    ) -> Record | None:
        note = Path(config.path)
        return {"note": note.read_text(encoding="utf-8")} if note.exists() else None
