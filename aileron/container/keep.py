"""Step `image.keep`: what a build made becomes a version that may be used, or one that may not.

A version that meets its contract is sent to the registries of its pools first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ConfigDict, Field

from aileron.core.errors import AileronError
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Effect, EffectContext, Record, StepConfig

if TYPE_CHECKING:
    from aileron.cluster.pools import Pool
    from aileron.ledger import ImageVersion, Ledger


class KeepImageConfig(StepConfig):
    """Which version it becomes."""

    model_config = ConfigDict(title="Version")

    version_id: int = Field(ge=1, title="Version", description="id of the version being built")


class KeepImage(Effect[KeepImageConfig]):
    """Notes an image as a version, with what its check said."""

    name = "image.keep"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Keep the image", "zh": "保存镜像"}
    Config = KeepImageConfig
    records_refusals = True
    inputs: ClassVar[Mapping[str, Port]] = {
        "image": Port(ArtifactKind.IMAGE, "the image"),
        "verdict": Port(ArtifactKind.VERDICT, "what its check said"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "record": Port(ArtifactKind.RECORD, "image, version, state, digest, places")
    }

    def observe(
        self, context: EffectContext, config: KeepImageConfig, inputs: Mapping[str, Path]
    ) -> Record | None:
        with _ledger(context) as ledger:
            row = ledger.images.get(config.version_id)
        digest = _read(inputs["verdict"])["candidate"]["digest"]
        return _record(row) if row.digest == digest and row.built is not None else None

    def apply(
        self, context: EffectContext, config: KeepImageConfig, inputs: Mapping[str, Path]
    ) -> Record:
        from aileron import __version__
        from aileron.store import open_store

        verdict = _read(inputs["verdict"])
        with _ledger(context) as ledger:
            row = ledger.images.get(config.version_id)
            reference = open_store(context.settings.store_root).put(
                ArtifactKind.IMAGE, inputs["image"]
            )
            logs = [one.log for one in ledger.nodes.list(context.run_id) if one.log]
            places = dict(_published(context, row, inputs["image"])) if verdict["accepted"] else {}
            row = ledger.images.finish(
                row.id,
                reference,
                verdict["candidate"]["digest"],
                verdict["reasons"],
                places,
                __version__,
                " ".join(logs) or None,
            )
        context.log(f"{row.name}@v{row.version} is {row.state}.")
        return _record(row)

    def undo(self, context: EffectContext, config: KeepImageConfig, record: Record) -> None:
        """Take the note back. What a registry has stays there: only its owner removes it."""
        del record
        with _ledger(context) as ledger:
            ledger.images.reopen(config.version_id)


def _published(
    context: EffectContext, row: ImageVersion, folder: Path
) -> Iterator[tuple[str, str]]:
    """Pool -> reference, for each pool that gets the version; sent where there is a registry."""
    from aileron.container.layout import Layout
    from aileron.container.registry import RegistryClient
    from aileron.container.settings import load_images
    from aileron.container.usable import local_reference, reference_of, repository_of

    settings, layout = load_images(context.settings.workspace), Layout(folder)
    digest = layout.image().digest
    for pool in _pools(context, row):
        reference = reference_of(row, digest, pool, settings)
        if pool.registry is None:
            context.log(
                f"Pool {pool.name}: load it onto the nodes as {local_reference(row, digest)}"
            )
        else:
            registry = settings.registry(pool.registry)
            repository = "/".join((*registry.path, repository_of(row)))
            with RegistryClient(registry, settings.login(registry)) as client:
                client.push(layout, repository, f"v{row.version}")
            context.log(f"Pool {pool.name}: sent as {reference}")
        yield pool.name, reference


def _pools(context: EffectContext, row: ImageVersion) -> Iterator[Pool]:
    """The pools of the version, or all that its project may use; a broken file stands aside."""
    from aileron.cluster.pools import load_pool, pool_files

    wanted = row.recipe.get("pools") or ()
    for name in wanted or pool_files(context.settings.workspace):
        try:
            pool = load_pool(context.settings.workspace, name)
        except AileronError as error:
            if wanted:
                raise
            context.log(str(error))
            continue
        if not pool.projects or row.project in pool.projects:
            yield pool


def _record(row: ImageVersion) -> dict[str, Any]:
    return {
        "image": row.name,
        "version": row.version,
        "state": row.state.value,
        "digest": row.digest,
        "places": row.places,
    }


@contextmanager
def _ledger(context: EffectContext) -> Iterator[Ledger]:
    """The ledger in the asker's name, closed at the end."""
    from aileron.ledger import Ledger

    ledger = Ledger(context.settings.require("ledger_url"), context.actor, context.run_id)
    try:
        yield ledger
    finally:
        ledger.close()


def _read(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    return document
