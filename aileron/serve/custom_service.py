"""The service of a custom job's model: a JSON object in, what the job's code answers out.

The code is asked by one thread, so that it need not be made for several; so many requests wait.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from starlette.types import Receive, Scope

from . import openapi
from .body import parse_object, read_body
from .custom_model import Ask, CustomCard, answer, load
from .errors import ServiceError
from .model import ModelBroken
from .openapi import Schema
from .pool import Pool
from .service import Service

logger = logging.getLogger(__name__)

BODY_BYTES: Final = 15 << 20
"""Largest body: a little less than the gateway lets through."""
WAITING: Final = 32
SAMPLE: Final = "sample.json"


class CustomService(Service):
    """One model of a custom job."""

    contract: ClassVar[str] = "custom"

    def __init__(self, folder: Path, name: str, card: CustomCard) -> None:
        super().__init__(folder, name)
        self.card = card
        self._ask: Ask | None = None
        self._pool = Pool(1, WAITING)

    @classmethod
    def of(cls, folder: Path, settings: Mapping[str, Any]) -> CustomService:
        """The service in `folder`, whose service.json holds `settings`."""
        return cls(folder, settings["name"], CustomCard.read(folder / "model"))

    def load(self) -> None:
        if self._ask is None:
            ask = load(self.folder / "model")
            if (self.folder / SAMPLE).is_file():
                self._try(ask)
            self._ask = ask
        self.state = "ready"

    def close(self) -> None:
        self._pool.close()

    async def predict(self, scope: Scope, receive: Receive) -> bytes:
        body = await read_body(scope, receive, BODY_BYTES)
        ask = self._loaded()
        request = parse_object(body, "instances")
        return await self._pool.run(lambda: answer(ask, request), receive)

    async def infer(self, name: str, scope: Scope, receive: Receive) -> bytes:
        await read_body(scope, receive, BODY_BYTES)
        self.check_model(name)
        raise ServiceError("no_tensors", name=name)

    def metadata(self) -> dict[str, Any]:
        about = {"name": self.name, "versions": [], "platform": self.card.framework}
        return {**about, "inputs": [], "outputs": []}

    def sample(self) -> dict[str, Any]:
        path = self.folder / SAMPLE
        if not path.is_file():
            raise ServiceError("no_sample")
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def schemas(self) -> dict[str, Schema]:
        anything: Schema = {"type": "object"}
        names = ("PredictRequest", "PredictResponse", "InferRequest", "InferResponse")
        return {**dict.fromkeys(names, anything), **openapi.common()}

    def predict_operation(self) -> Schema:
        return openapi.body("PredictRequest")

    def _try(self, ask: Ask) -> None:
        """Answer the sample once, so that no client pays for what is loaded late."""
        try:
            answer(ask, self.sample())
        except Exception as error:
            logger.exception("the sample request failed")
            problem = error if isinstance(error, ServiceError) else f"{type(error).__name__}"
            raise ModelBroken(f"{SAMPLE} is not answered: {problem}") from error

    def _loaded(self) -> Ask:
        """The model; a draining service still answers what reaches it."""
        if self._ask is None:
            raise ServiceError("unavailable", state=self.state)
        return self._ask
