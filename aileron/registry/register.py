"""Registers an accepted model: a version in MLflow's registry and a row in the ledger.

The same content is the same version: MLflow's is found again by its tag ``aileron.digest``,
the ledger's by the digest itself. The ledger's number is the model's version; MLflow's own
number is kept beside it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ConfigDict, Field

from aileron.core.errors import Refused, StepFailed
from aileron.core.names import Name, registered_model
from aileron.core.ports import ArtifactKind, Port, Reference
from aileron.core.steps import Effect, EffectContext, Record, StepConfig

if TYPE_CHECKING:
    from aileron.ledger import Ledger, ModelVersion
    from aileron.registry.mlflow_rest import LoggedModel, Mlflow, RegisteredVersion

DIGEST_TAG = "aileron.digest"
FILES_TAG = "aileron.files"
NAME_TAG = "aileron.model"
FILES_MODEL_TAG = "aileron.mlflow_model_id"
"""On a version: the logged model with its files, which MLflow's answers leave out."""


class RegisterConfig(StepConfig):
    """Under which name the model is registered."""

    model_config = ConfigDict(title="Registration")

    model: Name = Field(title="Model", description="name of the model in its project")


class RegisterModel(Effect[RegisterConfig]):
    """Gives an accepted model its version."""

    name = "registry.register"
    version = 3
    title: ClassVar[Mapping[str, str]] = {"en": "Register the model", "zh": "注册模型"}
    Config = RegisterConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "model": Port(ArtifactKind.MODEL, "the model"),
        "verdict": Port(ArtifactKind.VERDICT, "the gate's verdict on it"),
        "track": Port(ArtifactKind.RECORD, "its MLflow run"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "record": Port(ArtifactKind.RECORD, "model, version, mlflow_run_id, digest")
    }

    def observe(
        self, context: EffectContext, config: RegisterConfig, inputs: Mapping[str, Path]
    ) -> Record | None:
        from aileron.registry.mlflow_rest import Mlflow

        verdict = _accepted(config, inputs)
        ledger = _ledger(context)
        try:
            digest = verdict["candidate"]["digest"]
            row = ledger.models.by_digest(context.project, config.model, digest)
        finally:
            ledger.close()
        if row is None or row.mlflow_version is None:
            return None
        with Mlflow.of(context.settings) as mlflow:
            name = registered_model(context.project, config.model)
            there = mlflow.version(name, row.mlflow_version)
            if there is None or there.tags.get(DIGEST_TAG) != digest:
                return None
            return _record(mlflow, row, there)

    def apply(
        self, context: EffectContext, config: RegisterConfig, inputs: Mapping[str, Path]
    ) -> Record:
        from aileron.registry.mlflow_rest import Mlflow
        from aileron.store import open_store

        verdict = _accepted(config, inputs)
        store = open_store(context.settings.store_root)
        reference = store.put(ArtifactKind.MODEL, inputs["model"])
        verdict_reference = store.put(ArtifactKind.VERDICT, inputs["verdict"])
        if verdict["candidate"]["digest"] != reference.digest:
            judged = verdict["candidate"]["digest"][:12]
            raise Refused("registry.other_model", judged=judged, found=reference.digest[:12])
        track = _read(inputs["track"] / "record.json")
        with Mlflow.of(context.settings) as mlflow:
            there = _register(mlflow, context, config, inputs["model"], reference, track)
            row = _add_row(context, config, reference, verdict_reference, there)
            context.log(f"model {config.model} version {row.version} (MLflow {there.version})")
            return _record(mlflow, row, there)

    def undo(self, context: EffectContext, config: RegisterConfig, record: Record) -> None:
        """Take the version out of MLflow. The ledger's row stays: its number is never reused."""
        from aileron.registry.mlflow_rest import Mlflow

        name = registered_model(context.project, config.model)
        with Mlflow.of(context.settings) as mlflow:
            mlflow.delete_version(name, record["mlflow_version"])
            if record["mlflow_model_id"]:
                mlflow.delete_logged_model(record["mlflow_model_id"])


def _accepted(config: RegisterConfig, inputs: Mapping[str, Path]) -> dict[str, Any]:
    """The verdict; `Refused` if it is a no."""
    verdict = _read(inputs["verdict"] / "verdict.json")
    if not verdict["accepted"]:
        reasons = [reason for reason in verdict["reasons"] if not reason["passed"]]
        raise Refused("registry.rejected", model=config.model, reasons=reasons)
    return verdict


def _register(
    mlflow: Mlflow,
    context: EffectContext,
    config: RegisterConfig,
    model: Path,
    reference: Reference,
    track: Mapping[str, Any],
) -> RegisteredVersion:
    """The version of this content, made if there is none."""
    name = registered_model(context.project, config.model)
    mlflow.ensure_registered_model(name, {"aileron.project": context.project})
    there = mlflow.find_version(name, DIGEST_TAG, reference.digest)
    if there is not None:
        return there
    card = _read(model / "model.json")
    logged = _log_model(mlflow, context, config, model, reference, track["mlflow_run_id"])
    tags = {
        DIGEST_TAG: reference.digest,
        FILES_MODEL_TAG: logged.id,
        "aileron.project": context.project,
        "aileron.lifecycle": context.lifecycle,
        "aileron.run_id": context.run_id,
        "aileron.algorithm": card["algorithm"],
        "aileron.format": _format(card),
    }
    return mlflow.create_version(name, logged.id, track["mlflow_run_id"], _about(card), tags)


def _format(card: Mapping[str, Any]) -> str:
    """The ending of the model's file, or the framework of a job's, which may be a folder."""
    from aileron.registry import custom_form

    if custom_form.is_custom(card):
        return str(card["framework"])
    return str(card["file"]).rpartition(".")[2]


def _about(card: Mapping[str, Any]) -> str:
    """The model in a few words."""
    from aileron.registry import custom_form, image_form
    from aileron.registry.mlmodel import is_image

    if custom_form.is_custom(card):
        return custom_form.description(card)
    if is_image(card):
        return image_form.description(card)
    return f"{card['algorithm']}, {card['task']} of {card['target']}"


def _log_model(
    mlflow: Mlflow,
    context: EffectContext,
    config: RegisterConfig,
    model: Path,
    reference: Reference,
    run_id: str,
) -> LoggedModel:
    """The files in MLflow, as a logged model of the run; one that was begun is completed."""
    from aileron.registry.mlmodel import write_mlflow_model

    run = mlflow.run(run_id)
    if run is None:
        problem = f"the tracked run {run_id}"
        raise StepFailed("registry.mlflow_missing", where=mlflow.url, problem=problem)
    tags = {FILES_TAG: reference.digest, NAME_TAG: config.model}
    logged = mlflow.find_logged_model(run.experiment_id, tags)
    if logged is None:
        parameters = {"algorithm": _read(model / "model.json")["algorithm"]}
        logged = mlflow.create_logged_model(
            run.experiment_id, config.model, run_id, parameters, tags
        )
    if not logged.ready:
        folder = Path(tempfile.mkdtemp(dir=context.work))
        write_mlflow_model(
            model, folder, model_id=logged.id, run_id=run_id, digest=reference.digest
        )
        mlflow.upload(logged.artifact_uri, folder)
        mlflow.finish_logged_model(logged.id, run_id)
    return logged


def _add_row(
    context: EffectContext,
    config: RegisterConfig,
    reference: Reference,
    verdict: Reference,
    there: RegisteredVersion,
) -> ModelVersion:
    ledger = _ledger(context)
    try:
        return ledger.models.add(
            context.project,
            config.model,
            reference.digest,
            reference,
            mlflow_version=there.version,
            mlflow_run_id=there.run_id,
            run_id=context.run_id,
            verdict_reference=verdict,
        )
    finally:
        ledger.close()


def _record(mlflow: Mlflow, row: ModelVersion, there: RegisteredVersion) -> Record:
    return {
        "model": row.name,
        "version": row.version,
        "digest": row.digest,
        "mlflow_run_id": there.run_id,
        "mlflow_version": there.version,
        "mlflow_model_id": there.tags.get(FILES_MODEL_TAG),
        "url": f"{mlflow.url}/#/models/{there.name}/versions/{there.version}",
    }


def _ledger(context: EffectContext) -> Ledger:
    from aileron.ledger import Ledger

    return Ledger(context.settings.require("ledger_url"), context.actor, context.run_id)


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
