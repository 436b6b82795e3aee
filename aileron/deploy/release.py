"""The step `deploy.release`: a model that passed its gate becomes the champion and serves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from aileron.cluster.serving import ServicePlacement
from aileron.core.errors import InvalidInput, NotFound, Refused
from aileron.core.names import Name
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Effect, EffectContext, Record, StepConfig


class ReleaseConfig(StepConfig):
    """Which service gets the model."""

    service: Name = Field(description="the stable name under which the model answers")
    model: Name | None = Field(None, description="the registered model; default: the record's")
    healthy_seconds: float = Field(
        120, gt=0, description="longest time from staging a revision to its being healthy"
    )
    placement: ServicePlacement | None = Field(
        None, description="where on a cluster it serves; default: a process of this installation"
    )


class Release(Effect[ReleaseConfig]):
    """Stages a revision, makes it champion, switches the traffic, drains the old one."""

    name = "deploy.release"
    version = 2
    title: ClassVar[Mapping[str, str]] = {"en": "Release", "zh": "发布"}
    Config = ReleaseConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "package": Port(ArtifactKind.PACKAGE, "what will serve"),
        "model_record": Port(ArtifactKind.RECORD, "what register said"),
        "verdict": Port(ArtifactKind.VERDICT, "the gate's, and the champion it compared with"),
        "boot_report": Port(ArtifactKind.REPORT, "the boot check's"),
        "approval": Port(ArtifactKind.RECORD, "a person's decision", optional=True),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "record": Port(ArtifactKind.RECORD, "service, revision, model, version, fence, url")
    }

    def observe(
        self, context: EffectContext, config: ReleaseConfig, inputs: Mapping[str, Path]
    ) -> Record | None:
        from aileron.deploy.observe import serving_champion
        from aileron.ledger import Ledger

        said = _read(inputs["model_record"], "record.json")
        ledger = Ledger(context.settings.require("ledger_url"))
        try:
            found = serving_champion(ledger, context.project, said["model"])
        finally:
            ledger.close()
        if found is None:
            return None
        champion, revision = found
        serves = (champion.version, champion.service, revision.placement)
        if serves != (said["version"], config.service, config.placement):
            return None
        package = _keep(context, ArtifactKind.PACKAGE, inputs["package"])
        if champion.package_reference.digest != package.digest:
            return None
        return _record(context, champion)

    def apply(
        self, context: EffectContext, config: ReleaseConfig, inputs: Mapping[str, Path]
    ) -> Record:
        """Release.

        Raises:
            Refused: the gate or a person said no.
            StepFailed: the revision never became healthy; the old one serves on.
            Conflict: another became champion since the gate compared; says who.
        """
        from aileron.deploy.reconcile import alias_or_later
        from aileron.deploy.switch import Switch
        from aileron.ledger import Ledger

        verdict = _read(inputs["verdict"], "verdict.json")
        _check_decisions(verdict, inputs)
        ledger = Ledger(context.settings.require("ledger_url"), context.actor, context.run_id)
        try:
            candidate = _candidate(context, config, inputs, ledger, verdict)
            switch = Switch(context.settings, ledger, context.log, config.healthy_seconds)
            compared = verdict.get("champion")
            champion = switch.make_champion(candidate, compared["fence"] if compared else None)
            alias_or_later(context.settings, ledger, champion, context.log)
        finally:
            ledger.close()
        return _record(context, champion)

    def undo(self, context: EffectContext, config: ReleaseConfig, record: Record) -> None:
        """The previous champion serves again; if there was none, the service stops."""
        from aileron.deploy.rollback import rollback
        from aileron.deploy.services import stop_service
        from aileron.ledger import Ledger

        ledger = Ledger(context.settings.require("ledger_url"), context.actor, context.run_id)
        try:
            champion = ledger.champions.get(context.project, record["model"])
            if champion is None or champion.fence != record["fence"]:
                return
            if ledger.champions.previous(context.project, record["model"]) is None:
                stop_service(ledger, context.project, config.service)
            else:
                rollback(context.settings, ledger, context.project, record["model"], context.actor)
        finally:
            ledger.close()


def _check_decisions(verdict: Mapping[str, Any], inputs: Mapping[str, Path]) -> None:
    if not verdict["accepted"]:
        reasons = [reason for reason in verdict["reasons"] if not reason["passed"]]
        raise Refused("deploy.not_accepted", reasons=reasons)
    if "approval" in inputs:
        approval = _read(inputs["approval"], "record.json")
        if not approval["approved"]:
            comment = approval.get("comment") or "no comment"
            raise Refused("deploy.not_approved", by=approval["by"], comment=comment)
    checked = _read(inputs["boot_report"], "report.json").get("package")
    if checked is not None and checked != _read(inputs["package"], "package.json"):
        raise InvalidInput("deploy.other_package")


def _candidate(
    context: EffectContext,
    config: ReleaseConfig,
    inputs: Mapping[str, Path],
    ledger: Any,
    verdict: Mapping[str, Any],
) -> Any:
    from aileron.deploy.switch import Candidate
    from aileron.ledger import Basis

    said = _read(inputs["model_record"], "record.json")
    model = config.model or said["model"]
    if said["model"] != model:
        raise InvalidInput("deploy.other_model", found=said["model"], wanted=model)
    version = ledger.models.get(context.project, model, said["version"])
    if version is None:
        raise NotFound("deploy.not_registered", model=model, version=said["version"])
    compared = verdict.get("champion")
    return Candidate(
        project=context.project,
        service=config.service,
        model=model,
        version=version.version,
        model_reference=version.reference,
        package_reference=_keep(context, ArtifactKind.PACKAGE, inputs["package"]),
        verdict_reference=_keep(context, ArtifactKind.VERDICT, inputs["verdict"]),
        basis=Basis(version=compared["version"], fence=compared["fence"]) if compared else None,
        run_id=context.run_id,
        placement=config.placement,
    )


def _keep(context: EffectContext, kind: ArtifactKind, folder: Path) -> Any:
    """The reference of an artifact that lies in `folder`: the same content, the same name."""
    from aileron.store import open_store

    return open_store(context.settings.store_root).put(kind, folder)


def _record(context: EffectContext, champion: Any) -> Record:
    gateway = context.settings.require("gateway_url").rstrip("/")
    return {
        "service": champion.service,
        "revision": champion.revision,
        "model": champion.model,
        "version": champion.version,
        "fence": champion.fence,
        "url": f"{gateway}/{champion.project}/{champion.service}",
    }


def _read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))
