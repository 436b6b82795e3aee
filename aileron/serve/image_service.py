"""The service of a model of pictures: a picture in, names and scores out.

service.json holds its `limits` and `threads`; sample.json a request that it answers. All
work on pictures is done in a bounded pool of threads, so that health and small requests
never wait for it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from starlette.types import Receive, Scope

from . import image_inference, image_schema
from .body import read_body
from .errors import ServiceError
from .image_model import ImageModel, ImageModelCard, ModelBroken, load
from .image_predict import predict
from .image_request import PictureLimits, parse
from .openapi import Schema
from .picture_errors import PictureError
from .pool import Pool
from .service import Service

WAITING: Final = 32
"""Requests that may wait for a thread; each holds its body."""
MOST_THREADS: Final = 8

_JSON_SCOPE: Final[dict[str, Any]] = {"headers": [], "query_string": b""}


class ImageService(Service):
    """One model of pictures."""

    contract: ClassVar[str] = "image"

    def __init__(
        self, folder: Path, name: str, card: ImageModelCard, limits: PictureLimits, threads: int
    ) -> None:
        super().__init__(folder, name)
        self.card = card
        self.limits = limits
        self._model: ImageModel | None = None
        self._pool = Pool(threads, WAITING)

    @classmethod
    def of(cls, folder: Path, settings: Mapping[str, Any]) -> ImageService:
        """The service in `folder`, whose service.json holds `settings`."""
        card = ImageModelCard.read(folder / "model")
        try:
            limits = PictureLimits.from_json(settings["limits"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelBroken(f"service.json of {folder} has no limits: {error!r}") from error
        threads = settings.get("threads") or min(MOST_THREADS, len(os.sched_getaffinity(0)))
        return cls(folder, settings["name"], card, limits, threads)

    def load(self) -> None:
        if self._model is None:
            model = load(self.folder / "model")
            try:
                self._answer(model, json.dumps(self.sample()).encode(), _JSON_SCOPE)
            except (ServiceError, PictureError) as error:
                raise ModelBroken(f"sample.json of {self.folder}: {error}") from error
            self._model = model
        self.state = "ready"

    def close(self) -> None:
        self._pool.close()

    async def predict(self, scope: Scope, receive: Receive) -> bytes:
        body = await self._read(scope, receive)
        model = self._loaded()
        return await self._pool.run(lambda: self._answer(model, body, scope), receive)

    async def infer(self, name: str, scope: Scope, receive: Receive) -> bytes:
        body = await self._read(scope, receive)
        self.check_model(name)
        model, limits = self._loaded(), self.limits
        return await self._pool.run(
            lambda: image_inference.infer(model, name, body, limits), receive
        )

    def metadata(self) -> dict[str, Any]:
        return image_inference.metadata(self.card, self.name)

    def sample(self) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / "sample.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelBroken(f"sample.json of {self.folder} cannot be read: {error}") from error
        return dict(found)

    def schemas(self) -> dict[str, Schema]:
        return image_schema.components(self.card, self.limits)

    def predict_operation(self) -> Schema:
        return image_schema.predict_operation(self.card)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        limits = self.limits
        return await read_body(scope, receive, limits.body_bytes, limits.too_large)

    def _answer(self, model: ImageModel, body: bytes, scope: Scope) -> bytes:
        """Parse and answer one request; done in a thread."""
        question = parse(body, scope, self.card.task, self.limits)
        return predict(model, question, self.limits.decoding, self.log_ids.next())

    def _loaded(self) -> ImageModel:
        """The model; a draining service still answers what reaches it."""
        if self._model is None:
            raise ServiceError("unavailable", state=self.state)
        return self._model
