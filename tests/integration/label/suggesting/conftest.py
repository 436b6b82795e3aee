"""A service of pictures behind a real gateway, and a campaign of pictures in a real ledger."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from plugins.gateway import Gateway, gateway, gateway_platform
from plugins.image_models import COLOURS, write_image_model
from plugins.image_services import local_pictures
from plugins.postgres import free_port
from plugins.references import reference
from plugins.releases import PROJECT, environments
from plugins.waiting import wait_until
from starlette.types import ASGIApp

from aileron.core.ports import ArtifactKind
from aileron.label.spec import LabelSpec
from aileron.label.suggesting.suggesting import Suggesting
from aileron.store import Store, open_store

__all__ = ["environments", "gateway", "gateway_platform"]


@pytest.fixture
def serve() -> Iterator[Callable[[ASGIApp], str]]:
    """Serves applications on this machine; each has an address of its own."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: ASGIApp) -> str:
        port = free_port()
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        wait_until(lambda: server.started, 20)
        running.append((server, thread))
        return f"127.0.0.1:{port}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@dataclass
class Colours:
    """A service that tells red, green and blue pictures apart; its model is in version 3."""

    gateway: Gateway
    store: Store
    suggesting: Suggesting

    @property
    def service(self) -> str:
        return self.gateway.service

    def spec(self, *classes: str, **more: object) -> LabelSpec:
        """A complete spec of classes of pictures that the service suggests."""
        given = {
            "task": "classification", "modality": "image", "label_type": "single",
            "suggestions": {"service": self.service},
            "classes": [{"name": name} for name in classes or COLOURS], **more,
        }  # fmt: skip
        return LabelSpec.model_validate(given)


@pytest.fixture
def colours(gateway: Gateway, serve: Callable[[ASGIApp], str], tmp_path: Path) -> Colours:
    """The service, released."""
    return released(gateway, serve, tmp_path, "single_label")


def released(gateway: Gateway, serve: Callable[[ASGIApp], str], folder: Path, task: str) -> Colours:
    """A service of `task` as a release leaves it: routed, and its model the champion."""
    ledger, settings = gateway.platform.ledger, gateway.platform.settings
    threshold = 0.7 if task == "multi_label" else None
    gateway.route((serve(local_pictures(folder / "app", task, threshold=threshold).app), 1))
    store = open_store(settings.store_root)
    model = store.put(ArtifactKind.MODEL, write_image_model(folder / "model", task=task))
    now = ledger.champions.get(PROJECT, "cells_model")
    ledger.champions.compare_and_set(
        PROJECT,
        "cells_model",
        now.fence if now else None,
        version=3,
        model_reference=model,
        package_reference=reference("a", ArtifactKind.PACKAGE),
        service=gateway.service,
        revision=1,
    )
    return Colours(gateway, store, Suggesting(settings, ledger, store))
