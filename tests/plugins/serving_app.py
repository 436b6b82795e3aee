"""A service inside the test's process: its application, and a client that calls it."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from aileron.serve.app import build_app
from aileron.serve.contracts import open_service
from aileron.serve.service import Service
from aileron.serve.table_service import TableService


@dataclass(frozen=True)
class LocalService:
    """One service and its application, without a server."""

    service: Service
    app: FastAPI

    @classmethod
    def of(
        cls, model: Path, folder: Path, name: str = "sample", contract: str = "table"
    ) -> LocalService:
        """The loaded service of the MODEL directory `model`, laid out in `folder`."""
        folder.mkdir(parents=True)
        shutil.copytree(model, folder / "model")
        about = {"format_version": 1, "name": name, "contract": contract}
        (folder / "service.json").write_text(json.dumps(about))
        service = open_service(folder)
        service.load()
        return cls(service, build_app(service))

    @property
    def example(self) -> dict[str, Any]:
        """A row that the model takes."""
        assert isinstance(self.service, TableService)
        return dict(self.service.card.input_example)

    def request(self, method: str, path: str, **keywords: Any) -> httpx.Response:
        """One request to the application."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://local") as client:
                return await client.request(method, path, **keywords)

        return asyncio.run(send())

    def get(self, path: str, **keywords: Any) -> httpx.Response:
        return self.request("GET", path, **keywords)

    def post(self, path: str, body: Any = b"", **keywords: Any) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", path, content=content, **keywords)
