"""What goes into a package beside its pins, by task contract: the model, its service, its tests."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from aileron.core.errors import InvalidInput

if TYPE_CHECKING:
    from aileron.package.bento import PackageConfig
    from aileron.package.golden import Golden


class Contents(ABC):
    """A loaded model and what is packaged with it."""

    contract: ClassVar[str]
    template: ClassVar[str]
    """The shipped ``service.py``."""
    service: ClassVar[str]
    """The name of the Bento's class in it."""

    requirements: tuple[str, ...]
    """What the model needs."""
    file: str
    """The model's file beside model.json."""
    file_digest: str
    task: str

    @abstractmethod
    def modules(self) -> tuple[ModuleType, ...]:
        """The modules of `aileron.serve` that this contract needs."""

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """What service.json holds beside name and contract."""

    @abstractmethod
    def sample(self) -> dict[str, Any] | None:
        """A request for sample.json; None where the model's card has one."""

    @abstractmethod
    def golden(self, package: Path, work: Path) -> Sequence[Golden]:
        """Real requests, with the model's answers.

        Args:
            package: the package but for its golden requests, to ask where the model is not
                loaded here.
            work: an empty folder for that.
        """

    def files(self) -> Sequence[str]:
        """What is packaged of the MODEL: model.json and its file."""
        return ("model.json", self.file)


def contents_of(config: PackageConfig, inputs: Mapping[str, Path]) -> Contents:
    """The contents of a package of the model at port `model`.

    Raises:
        InvalidInput: the model cannot be loaded, or the config is of another contract.
    """
    from aileron.serve.model import ModelBroken

    try:
        contract = contract_of(inputs["model"])
        if contract == "custom":
            from aileron.package.custom_contents import CustomContents

            return CustomContents(config, inputs)
        if not {"dataset", "split"} <= inputs.keys():
            raise InvalidInput("package.no_dataset", contract=contract)
        if contract == "image":
            from aileron.package.image_contents import ImageContents

            return ImageContents(config, inputs)
        from aileron.package.table_contents import TableContents

        return TableContents(config, inputs)
    except ModelBroken as error:
        raise InvalidInput("package.model_broken", detail=str(error)) from None


def contract_of(model: Path) -> str:
    """The contract that model.json names; a table's does not name one.

    Raises:
        InvalidInput: there is no model.json.
    """
    try:
        card = json.loads((model / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput("package.model_broken", detail=str(error)) from None
    return str(card.get("contract", "table"))
