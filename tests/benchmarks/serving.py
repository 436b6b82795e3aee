"""The released service that benchmarks ask: its addresses, its model, a request of one row."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from common import HERE, aileron, run

from aileron.core.settings import Settings
from aileron.ledger import Champion, Ledger
from aileron.store import Store, open_store

LIFECYCLE: Final = "breast_cancer"
PROJECT: Final = "default"


@dataclass(frozen=True)
class Service:
    """What `released` found."""

    settings: Settings
    ledger: Ledger
    store: Store
    champion: Champion
    url: str
    """Through the gateway."""
    direct: str
    """Straight to the champion's process."""

    def model(self, folder: Path) -> Path:
        """The champion's model, in a folder of its own."""
        return self.store.fetch(self.champion.model_reference, folder / "model")

    def question(self, folder: Path) -> Path:
        """A file with a request of one row, from the package's golden requests."""
        golden = self.store.read_json(self.champion.package_reference, "golden.json")
        request = next(g["request"] for g in golden if g["path"] == "/predict")
        path = folder / "question.json"
        path.write_text(json.dumps({"data": request["data"][:1]}), encoding="utf-8")
        return path


@contextmanager
def released() -> Iterator[Service]:
    """The shipped lifecycle's service; released first if it is not there."""
    aileron("lifecycle", "run", LIFECYCLE, "--wait")
    settings = Settings.load()
    ledger = Ledger(settings.require("ledger_url"), "benchmark")
    try:
        champion = ledger.champions.get(PROJECT, LIFECYCLE)
        assert champion is not None
        revision = ledger.revisions.get(PROJECT, champion.service, champion.revision)
        assert revision is not None
        yield Service(
            settings=settings,
            ledger=ledger,
            store=open_store(settings.store_root),
            champion=champion,
            url=f"{settings.require('gateway_url')}/{PROJECT}/{champion.service}/predict",
            direct=f"http://{revision.address}/predict",
        )
    finally:
        ledger.close()


def client(url: str, question: Path, kind: str, number: int, seconds: float) -> dict[str, Any]:
    """What `load.py` measured at `url`."""
    found: dict[str, Any] = json.loads(run(_client(url, question, kind, number, seconds)))
    return found


class ConstantClient:
    """Asks at a steady rate, in a process of its own, as long as the block lasts."""

    def __init__(self, url: str, question: Path, rate: int) -> None:
        self.result: dict[str, Any] = {}
        self._command = _client(url, question, "open", rate, 0)

    def __enter__(self) -> ConstantClient:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        text, _errors = self._process.communicate(timeout=60)
        self.result = json.loads(text)


def _client(url: str, question: Path, kind: str, number: int, seconds: float) -> list[str]:
    program = str(HERE / "load.py")
    return [sys.executable, program, url, str(question), kind, str(number), str(seconds)]
