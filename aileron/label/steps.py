"""Labelling in a lifecycle: `label.campaign` begins it, `label.annotate` waits for the people.

What they said and reviewers approved is delivered as a file of annotations, which step
`data.annotate` puts into the dataset.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import Field

from aileron.core.digest import digest_json
from aileron.core.documents import check_values
from aileron.core.errors import Conflict, InvalidInput, NotFound
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Effect, EffectContext, Record, StepConfig, Wait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aileron.label.spec import LabelSpec
    from aileron.ledger import Campaign, Ledger, Progress

ANNOTATIONS_FILE: Final = "annotations.jsonl"
NAME_LENGTH: Final = 40
SEEDS: Final = 2**63
"""Of what reviewers look at, which annotators must not foresee."""


class CampaignConfig(StepConfig):
    """What people are asked to say."""

    labels: Mapping[str, Any] = Field({}, description="fields of labels.yaml")


class BeginCampaign(Effect[CampaignConfig]):
    """Have a dataset version labelled: packages for its annotators."""

    name = "label.campaign"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Begin labelling", "zh": "开始标注"}
    Config = CampaignConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "dataset_record": Port(ArtifactKind.RECORD, "the dataset as it is versioned"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "record": Port(ArtifactKind.RECORD, "campaign, samples; campaign null: none waits")
    }

    def observe(
        self, context: EffectContext, config: CampaignConfig, inputs: Mapping[str, Path]
    ) -> Record | None:
        from aileron.data.card import read_card
        from aileron.label.spec import LabelSpec, complete

        told = _told(inputs["dataset_record"])
        with _ledger(context) as ledger:
            try:
                found = ledger.labelling.campaign(context.project, _name(context, told))
            except NotFound:
                return None
        if (found.dataset, found.version) != (told["dataset"], told["version"]):
            raise Conflict("label.step_other_campaign", name=found.name, dataset=found.dataset)
        asked = check_values(LabelSpec, dict(config.labels))
        _check_same(found, complete(asked, read_card(inputs["dataset"])))
        return _record(found)

    def apply(
        self, context: EffectContext, config: CampaignConfig, inputs: Mapping[str, Path]
    ) -> Record:
        from aileron.data.operations.base import Opened
        from aileron.label.spec import LabelSpec, complete
        from aileron.label.work import Work

        there = self.observe(context, config, inputs)
        if there is not None:
            self._distribute(context, there)  # it may have ended between the two
            return there
        opened = Opened.read(inputs["dataset"])
        spec = complete(check_values(LabelSpec, dict(config.labels)), opened.card)
        facts = opened.facts
        told_of = zip(facts.ids.to_pylist(), facts.annotated.to_pylist(), strict=True)
        chosen = [one for one, done in told_of if not (done and spec.only_waiting)]
        if spec.annotators and len(spec.annotators) < spec.overlap:
            count = len(spec.annotators)
            raise InvalidInput("label.step_few_annotators", count=count, overlap=spec.overlap)
        if not chosen:
            context.log("No sample waits for a label.")
            return {"campaign": None, "samples": 0}
        told = _told(inputs["dataset_record"])
        with _ledger(context) as ledger:
            work = Work(ledger, context.project, context.actor)
            name = _name(context, told)
            seed = secrets.randbelow(SEEDS)
            made = work.create(name, told["dataset"], told["version"], spec, chosen, seed=seed)
            work.distribute(name)
        context.log(f"Campaign {made.name}: {made.samples:,} samples wait for a label.")
        return _record(made)

    @staticmethod
    def _distribute(context: EffectContext, record: Record) -> None:
        from aileron.label.work import Work
        from aileron.ledger import CampaignState

        with _ledger(context) as ledger:
            found = ledger.labelling.campaign(context.project, record["campaign"])
            if found.state is CampaignState.OPEN:
                Work(ledger, context.project, context.actor).distribute(found.name)

    def undo(
        self,
        context: EffectContext,
        config: CampaignConfig,  # noqa: ARG002
        record: Record,
    ) -> None:
        """Forget it if nobody has said anything yet; else end it, and what was said stays."""
        from aileron.label.work import Work
        from aileron.ledger import ItemState

        if record["campaign"] is None:
            return
        with _ledger(context) as ledger:
            try:
                found = ledger.labelling.campaign(context.project, record["campaign"])
            except NotFound:
                return
            work = Work(ledger, context.project, context.actor)
            if work.progress(found.name).items.get(ItemState.OPEN, 0) == _items(found):
                work.delete(found.name)
            else:
                work.end(found.name)


class AnnotateConfig(StepConfig):
    """How long to wait."""

    wanted: int | None = Field(
        None, ge=1, description="approved samples that are enough; default: all but excluded ones"
    )
    hours: float | None = Field(
        None, gt=0, description="after which it goes on with those approved by then"
    )


class Annotate(Wait[AnnotateConfig]):
    """Waits until enough samples are labelled and approved; what it delivers ends the campaign."""

    name = "label.annotate"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Label", "zh": "标注"}
    Config = AnnotateConfig
    poll_seconds = 10.0
    inputs: ClassVar[Mapping[str, Port]] = {
        "campaign": Port(ArtifactKind.RECORD, "the campaign, as it was begun")
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "record": Port(ArtifactKind.RECORD, "campaign, approved, why: approved, ended or deadline"),
        "annotations": Port(ArtifactKind.SOURCE, f"{ANNOTATIONS_FILE}: what was approved"),
    }

    def ready(
        self, context: EffectContext, config: AnnotateConfig, inputs: Mapping[str, Path]
    ) -> Record | None:
        name = _told(inputs["campaign"])["campaign"]
        if name is None:
            return {"campaign": None, "approved": 0, "why": "nothing"}
        with _ledger(context) as ledger:
            campaign = ledger.labelling.campaign(context.project, name)
            progress = ledger.labelling.progress([campaign])[campaign.id]
        approved = progress.approved
        why = _why(campaign, progress, config)
        if why is None:
            context.log(f"{name}: {approved:,} of {campaign.samples:,} samples are approved.")
            return None
        if approved == 0:
            raise InvalidInput("label.step_nothing_approved", where=name, campaign=name)
        return {"campaign": name, "approved": approved, "why": why}

    def deliver(
        self,
        context: EffectContext,
        config: AnnotateConfig,  # noqa: ARG002
        inputs: Mapping[str, Path],  # noqa: ARG002
        record: Record,
    ) -> Mapping[str, Path]:
        from aileron.label.work import Work

        folder = context.work / "annotations"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ANNOTATIONS_FILE).open("w", encoding="utf-8") as file:
            if record["campaign"] is not None:
                with _ledger(context) as ledger:
                    # What is approved after this would be in no version, and asked for again.
                    work = Work(ledger, context.project, context.actor)
                    campaign = work.end(record["campaign"])
                    digests: dict[str, str] = {}
                    for sample_id, annotation in ledger.labelling.approved(campaign):
                        line = {"sample_id": sample_id, **annotation}
                        file.write(json.dumps(line, ensure_ascii=False) + "\n")
                        digests[sample_id] = digest_json(annotation)
                    # Publishing the campaign later leaves them as they are.
                    ledger.labelling.keep_published(campaign, context.run_id, digests)
        return {"annotations": folder}


def _why(campaign: Campaign, progress: Progress, config: AnnotateConfig) -> str | None:
    """Why to go on; None: there is more to wait for."""
    from aileron.ledger import CampaignState

    most = campaign.samples - progress.excluded
    if progress.approved >= min(config.wanted or most, most):
        return "approved"
    if campaign.state is CampaignState.ENDED:
        return "ended"
    if config.hours and datetime.now(UTC) >= campaign.created + timedelta(hours=config.hours):
        return "deadline"
    return None


def _name(context: EffectContext, told: Mapping[str, Any]) -> str:
    """The campaign's: the lifecycle's, and the version that is labelled."""
    behind = f"_v{told['version']}"
    return context.lifecycle[: NAME_LENGTH - len(behind)] + behind


def _check_same(campaign: Campaign, asked: LabelSpec) -> None:
    """Raise `Conflict` if the campaign was begun with other fields of labels.yaml."""
    wanted = asked.to_json()
    field = next((name for name in wanted if campaign.spec.get(name) != wanted[name]), None)
    if field is not None:
        raise Conflict("label.step_other_labels", name=campaign.name, field=field)


def _items(campaign: Campaign) -> int:
    return campaign.samples * campaign.overlap


def _record(campaign: Campaign) -> Record:
    return {"campaign": campaign.name, "samples": campaign.samples}


def _told(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    return told


@contextmanager
def _ledger(context: EffectContext) -> Iterator[Ledger]:
    from aileron.ledger import Ledger

    ledger = Ledger(context.settings.require("ledger_url"))
    try:
        yield ledger
    finally:
        ledger.close()
