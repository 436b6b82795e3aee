"""The service of one model, whatever its contract: its name, its state, what it counts.

A contract is a subclass; `aileron.serve.contracts` finds the one that a package names.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Literal

from starlette.types import Receive, Scope

from .errors import ServiceError
from .identifiers import LogIds
from .metrics import Metrics
from .openapi import Schema

State = Literal["starting", "ready", "draining"]


class Service(ABC):
    """Everything that one process serves. `folder` holds service.json and model/."""

    contract: ClassVar[str]

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.state: State = "starting"
        self.in_flight = 0
        self.metrics = Metrics()
        self.log_ids = LogIds()

    @abstractmethod
    def load(self) -> None:
        """Load the model and answer once, so that no client pays for it; then it is ready.

        Raises:
            ModelBroken: the model's files are not those that were packaged.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of what it holds beside memory."""

    @abstractmethod
    async def predict(self, scope: Scope, receive: Receive) -> bytes:
        """The answer to ``POST /predict``."""

    @abstractmethod
    async def infer(self, name: str, scope: Scope, receive: Receive) -> bytes:
        """The answer to a request of the Open Inference Protocol for the model `name`."""

    @abstractmethod
    def metadata(self) -> dict[str, Any]:
        """The model's metadata by the Open Inference Protocol."""

    @abstractmethod
    def sample(self) -> dict[str, Any]:
        """A request that ``POST /predict`` answers."""

    @abstractmethod
    def schemas(self) -> dict[str, Schema]:
        """The OpenAPI schemas that the routes refer to, by name."""

    @abstractmethod
    def predict_operation(self) -> Schema:
        """What OpenAPI says of ``POST /predict``: its body, its parameters."""

    def check_ready(self) -> None:
        """Raise `ServiceError` unless requests are welcome."""
        if self.state != "ready":
            raise ServiceError("unavailable", state=self.state)

    def check_model(self, name: str) -> None:
        """Raise `ServiceError` unless `name` is this service's model."""
        if name != self.name:
            raise ServiceError("no_such_model", found=name, wanted=self.name)
