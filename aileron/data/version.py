"""Step `data.version`: a dataset becomes a version that can be named and restored.

A version is made only if the content differs from the latest one; the ledger's row is
written after the tag, and again if a crash came between.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from aileron.core.errors import Conflict
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Effect, EffectContext, Record, StepConfig
from aileron.data.card import read_card

if TYPE_CHECKING:
    from aileron.data.version_files import DatasetVersion
    from aileron.data.versions import Versions
    from aileron.ledger import Ledger


class VersionConfig(StepConfig):
    """Whether there is a version already."""

    existing: int | None = Field(
        None, ge=1, description="the version that the dataset is, where no new one is to be made"
    )
    parent: str | None = Field(
        None, description="tag of the version that its samples join, which must be the latest still"
    )


class VersionDataset(Effect[VersionConfig]):
    """Version a dataset, or name the version that it is."""

    name = "data.version"
    version = 4
    title: ClassVar[Mapping[str, str]] = {"en": "Version a dataset", "zh": "生成数据集版本"}
    Config = VersionConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "base": Port(
            ArtifactKind.RECORD,
            "the version that it was made from, which must be the latest still",
            optional=True,
        ),
    }
    outputs: ClassVar[Mapping[str, Port]] = {"record": Port(ArtifactKind.RECORD)}

    def observe(
        self,
        context: EffectContext,
        config: VersionConfig,
        inputs: Mapping[str, Path],
    ) -> Record | None:
        from aileron.data.versions import Versions

        card = read_card(inputs["dataset"])
        if config.existing is not None:
            versions = Versions.of(context.settings)
            return _record(versions.show(context.project, card.name, config.existing), context)
        latest = Versions.of(context.settings).latest(context.project, card.name)
        if latest is None or not latest.holds(card):
            return None
        ledger = _ledger(context)
        try:
            row = ledger.datasets.get(context.project, card.name, latest.version)
        finally:
            ledger.close()
        return _record(latest, context) if row and row.digest == latest.digest else None

    def apply(
        self,
        context: EffectContext,
        config: VersionConfig,
        inputs: Mapping[str, Path],
    ) -> Record:
        from aileron.data.versions import Versions

        versions = Versions.of(context.settings)
        folder, follows = _following(versions, context, config, inputs)
        version = versions.publish(
            folder, context.project, context.actor, context.run_id, follows=follows
        )
        record = _record(version, context)
        _enter(context, folder, version, record)
        context.log(f"{version.tag} {'created' if record['created'] else 'unchanged'}")
        return record

    def undo(
        self,
        context: EffectContext,
        config: VersionConfig,  # noqa: ARG002
        record: Record,
    ) -> None:
        from aileron.core.errors import NotFound
        from aileron.data.versions import Versions

        if not record["created"]:
            return
        versions = Versions.of(context.settings)
        try:
            version = versions.show(record["project"], record["dataset"], record["version"])
        except NotFound:
            version = None
        if version is not None and version.commit == record["commit"]:
            versions.undo(version)
        ledger = _ledger(context)
        try:
            ledger.datasets.remove(record["project"], record["dataset"], record["version"])
        finally:
            ledger.close()


def _following(
    versions: Versions, context: EffectContext, config: VersionConfig, inputs: Mapping[str, Path]
) -> tuple[Path, str | None]:
    """The dataset that goes in, whose card names the version before if it names none.

    With it the tag of the version that it was made from and must follow; None if any will do.

    Raises:
        Conflict: it would follow another version than the one that it was made from.
    """
    from aileron.data.appending import with_parent

    folder = inputs["dataset"]
    card = read_card(folder)
    latest = versions.latest(context.project, card.name)
    if latest is None or latest.holds(card):
        return folder, None
    if config.parent not in (None, latest.tag):
        raise Conflict(
            "data.came_between", where=card.name, latest=latest.tag, parent=config.parent
        )
    if "base" in inputs:
        base = json.loads((inputs["base"] / "record.json").read_text(encoding="utf-8"))["tag"]
        if base != latest.tag:
            raise Conflict("data.base_left", where=card.name, latest=latest.tag, base=base)
    follows = None if config.parent is None and "base" not in inputs else latest.tag
    if card.parent is not None:
        return folder, follows
    context.work.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="following-", dir=context.work)) / "dataset"
    return with_parent(folder, card, latest.tag, place), follows


def _record(version: DatasetVersion, context: EffectContext) -> dict[str, object]:
    """What later steps read; `created` is whether the run that asks made the version."""
    return {
        "project": version.project,
        "dataset": version.dataset,
        "version": version.version,
        "tag": version.tag,
        "digest": version.digest,
        "commit": version.commit,
        "created": version.run_id == context.run_id,
    }


def _enter(context: EffectContext, folder: Path, version: DatasetVersion, record: Record) -> None:
    """Write the ledger's row, unless it is there."""
    from aileron.store import open_store

    reference = open_store(context.settings.store_root).put(ArtifactKind.DATASET, folder)
    ledger = _ledger(context)
    try:
        ledger.datasets.add(
            version.project,
            version.dataset,
            version.version,
            version.tag,
            version.digest,
            reference,
            version.commit,
            record,
        )
    finally:
        ledger.close()


def _ledger(context: EffectContext) -> Ledger:
    from aileron.ledger import Ledger

    return Ledger(context.settings.require("ledger_url"), context.actor, context.run_id)
