"""The service of a table model: rows of named values in, predictions out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from starlette.types import Receive, Scope

from . import inference, openapi, predict, schema
from .body import read_body
from .errors import ServiceError
from .model import Model, ModelCard, load
from .openapi import Schema
from .service import Service

INLINE_BYTES: Final = 16 * 1024
"""A larger body is worked on in a thread, so that small requests do not wait for it."""


class TableService(Service):
    """One table model."""

    contract: ClassVar[str] = "table"

    def __init__(self, folder: Path, name: str, card: ModelCard) -> None:
        super().__init__(folder, name)
        self.card = card
        self._model: Model | None = None

    @classmethod
    def of(cls, folder: Path, settings: Mapping[str, Any]) -> TableService:
        """The service in `folder`, whose service.json holds `settings`."""
        return cls(folder, settings["name"], ModelCard.read(folder / "model"))

    def load(self) -> None:
        if self._model is None:
            model = load(self.folder / "model")
            model.predict([self.card.input_example])
            self._model = model
        self.state = "ready"

    def close(self) -> None:
        """It holds nothing else."""

    async def predict(self, scope: Scope, receive: Receive) -> bytes:
        body = await read_body(scope, receive)
        model, log_id = self._loaded(), self.log_ids.next()
        return await _work(body, lambda: predict.predict(model, body, log_id))

    async def infer(self, name: str, scope: Scope, receive: Receive) -> bytes:
        body = await read_body(scope, receive)
        self.check_model(name)
        model = self._loaded()
        return await _work(body, lambda: inference.infer(model, self.name, body))

    def metadata(self) -> dict[str, Any]:
        return inference.metadata(self.card, self.name)

    def sample(self) -> dict[str, Any]:
        return {"data": [dict(self.card.input_example)], "include_req": False}

    def schemas(self) -> dict[str, Schema]:
        return schema.components(self.card)

    def predict_operation(self) -> Schema:
        return openapi.body("PredictRequest")

    def _loaded(self) -> Model:
        """The model; a draining service still answers what reaches it."""
        if self._model is None:
            raise ServiceError("unavailable", state=self.state)
        return self._model


async def _work(body: bytes, answer: Callable[[], bytes]) -> bytes:
    if len(body) <= INLINE_BYTES:
        return answer()
    return await asyncio.to_thread(answer)
