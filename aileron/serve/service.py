"""The service of one model: its card, the loaded model, and whether it takes requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from . import inference, predict
from .errors import ServiceError
from .identifiers import LogIds
from .metrics import Metrics
from .model import Model, ModelCard, load

INLINE_BYTES: Final = 16 * 1024
"""A larger body is worked on in a thread, so that small requests do not wait for it."""

State = Literal["starting", "ready", "draining"]


@dataclass
class Service:
    """Everything that one process serves. `folder` holds service.json and model/."""

    folder: Path
    name: str
    card: ModelCard
    state: State = "starting"
    in_flight: int = 0
    metrics: Metrics = field(default_factory=Metrics)
    _model: Model | None = None
    _log_ids: LogIds = field(default_factory=LogIds)

    @classmethod
    def of(cls, folder: Path) -> Service:
        """The service that `folder` describes; its model is not loaded yet.

        Raises:
            ModelBroken: model.json cannot be read.
        """
        settings = json.loads((folder / "service.json").read_text(encoding="utf-8"))
        return cls(folder, settings["name"], ModelCard.read(folder / "model"))

    def load(self) -> None:
        """Load the model and answer once with its example, so that no client pays for it.

        Raises:
            ModelBroken: the model's files are not those that were packaged.
        """
        if self._model is None:
            model = load(self.folder / "model")
            model.predict([self.card.input_example])
            self._model = model
        self.state = "ready"

    def check_ready(self) -> None:
        """Raise `ServiceError` unless requests are welcome."""
        if self.state != "ready":
            raise ServiceError("unavailable", state=self.state)

    def check_model(self, name: str) -> None:
        """Raise `ServiceError` unless `name` is this service's model."""
        if name != self.name:
            raise ServiceError("no_such_model", found=name, wanted=self.name)

    async def predict(self, body: bytes) -> bytes:
        """Answer a request of the table contract."""
        model, log_id = self._loaded(), self._log_ids.next()
        return await _work(body, lambda: predict.predict(model, body, log_id))

    async def infer(self, body: bytes) -> bytes:
        """Answer a request of the Open Inference Protocol."""
        model = self._loaded()
        return await _work(body, lambda: inference.infer(model, self.name, body))

    def metadata(self) -> dict[str, Any]:
        return inference.metadata(self.card, self.name)

    def _loaded(self) -> Model:
        """The model; a draining service still answers what reaches it."""
        if self._model is None:
            raise ServiceError("unavailable", state=self.state)
        return self._model


async def _work(body: bytes, answer: Callable[[], bytes]) -> bytes:
    if len(body) <= INLINE_BYTES:
        return answer()
    return await asyncio.to_thread(answer)
