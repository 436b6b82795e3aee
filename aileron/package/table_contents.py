"""The contents of a package with a table model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from aileron.core.errors import InvalidInput
from aileron.package.contents import Contents
from aileron.package.runtime import table_modules
from aileron.package.template import TABLE

if TYPE_CHECKING:
    from aileron.package.bento import PackageConfig
    from aileron.package.golden import Golden


class TableContents(Contents):
    """A table model, its service, and rows of the test part."""

    contract: ClassVar[str] = "table"
    template: ClassVar[str] = TABLE
    service: ClassVar[str] = "TableService"

    def __init__(self, config: PackageConfig, inputs: Mapping[str, Path]) -> None:
        from aileron.serve.model import load

        if config.pictures is not None:
            raise InvalidInput("package.no_pictures")
        self._config = config
        self._inputs = inputs
        self._model = load(inputs["model"])
        card = self._model.card
        self.requirements, self.task = card.requirements, card.task
        self.file, self.file_digest = card.file, card.file_digest

    def modules(self) -> tuple[ModuleType, ...]:
        return table_modules()

    def settings(self) -> dict[str, Any]:
        return {}

    def sample(self) -> dict[str, Any] | None:
        return None

    def golden(self, package: Path, work: Path) -> Sequence[Golden]:  # noqa: ARG002
        from aileron.package.golden import record
        from aileron.train.tables import SplitTable, plain_rows

        test = SplitTable.read(self._inputs["dataset"], self._inputs["split"]).part("test")
        count = min(self._config.golden_rows, test.num_rows)
        rows = plain_rows(test, self._model.card.features, range(count))
        return record(self._model, self._config.name, rows)
