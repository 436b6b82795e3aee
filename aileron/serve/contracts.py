"""Which service a folder holds: the one place that knows every task contract.

Only the contract that is served is imported, so that a package needs nothing of the others.
"""

from __future__ import annotations

import json
from pathlib import Path

from .model import ModelBroken
from .service import Service


def open_service(folder: Path) -> Service:
    """The service that `folder` (service.json, model/) describes; its model is not loaded yet.

    Raises:
        ModelBroken: model.json cannot be read, or the contract is not known.
        OSError: there is no service.json.
    """
    settings = json.loads((folder / "service.json").read_text(encoding="utf-8"))
    contract = settings.get("contract", "table")
    if contract == "table":
        from .table_service import TableService

        return TableService.of(folder, settings)
    if contract == "image":
        from .image_service import ImageService

        return ImageService.of(folder, settings)
    if contract == "custom":
        from .custom_service import CustomService

        return CustomService.of(folder, settings)
    raise ModelBroken(f"service.json of {folder} names the contract {contract!r}.")
