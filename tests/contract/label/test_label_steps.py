"""The steps of labelling keep what an effect and a wait promise."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image
from plugins.datasets import Notebook, Workbench
from plugins.releases import PROJECT, Platform

from aileron.core.catalogue import step_class
from aileron.core.errors import Conflict, InvalidInput
from aileron.data.images.ingest import IngestImages
from aileron.label.steps import Annotate, AnnotateConfig, BeginCampaign
from aileron.label.work import Seen, Work
from aileron.ledger import Campaign, RunState
from aileron.run.conformance import Case, check_effect, check_wait
from aileron.run.context import PlatformContext

LABELS = {"annotators": ["anna"], "assignment": "round_robin", "audit": {"share": 0}}


@pytest.fixture
def parts(workbench: Workbench) -> Path:
    """A dataset of three pictures that nobody has labelled."""
    pictures, source = workbench.new(), workbench.new()
    for number in range(3):
        Image.new("RGB", (20, 20), (number, 0, 0)).save(pictures / f"{number}.png")
    shutil.make_archive(str(source / "parts"), "tar", pictures)
    config = IngestImages.Config(name="parts", format="pictures", classes=("good", "broken"))
    made = IngestImages().run(Notebook(workbench.new()), config, {"source": source})
    return made["dataset"]


@pytest.fixture
def inputs(parts: Path, workbench: Workbench) -> dict[str, Path]:
    return {"dataset": parts, "dataset_record": record(workbench, dataset="parts", version=1)}


def record(workbench: Workbench, **values: object) -> Path:
    folder = workbench.new()
    (folder / "record.json").write_text(json.dumps(values))
    return folder


def approve(platform: Platform, campaign: Campaign, labelled: int, first: int = 1) -> None:
    """Anna labels samples up to one and hands her package in, which nobody audits."""
    ledger = platform.ledger
    work = Work(ledger, PROJECT, "anna")
    for package in ledger.labelling.packages(PROJECT, campaign=campaign.name):
        tasks = {item.position: item.position for item in ledger.labelling.items(package.id)}
        ledger.labelling.handed_out(package.id, 1, tasks)
        seen = [Seen(task, {"labels": ["good"]}) for task in list(tasks)[first - 1 : labelled]]
        work.observe(package.id, seen)
        if labelled >= len(tasks):
            work.submit(package.id)


def campaigns(platform: Platform) -> list[Campaign]:
    return platform.ledger.labelling.campaigns(PROJECT, ended=True)


def test_beginning_a_campaign_is_an_effect(
    bare_platform: Platform, inputs: dict[str, Path]
) -> None:
    check_effect(
        BeginCampaign,
        Case({"labels": LABELS}, inputs),
        bare_platform.settings,
        lambda: campaigns(bare_platform),
        refused=[Case({"labels": {"tool": "box"}}, inputs), Case({"labels": {"foo": 1}}, inputs)],
    )


def test_waiting_for_labels_is_a_wait(
    bare_platform: Platform, inputs: dict[str, Path], workbench: Workbench
) -> None:
    made = begin(bare_platform, inputs)
    case = Case({}, {"campaign": record(workbench, campaign=made.name, samples=3)})
    check_wait(Annotate, case, bare_platform.settings, lambda: approve(bare_platform, made, 3))


def test_what_is_approved_is_delivered(
    bare_platform: Platform, inputs: dict[str, Path], workbench: Workbench
) -> None:
    made = begin(bare_platform, inputs)
    approve(bare_platform, made, 3)
    context = asking(bare_platform)
    given = {"campaign": record(workbench, campaign=made.name, samples=3)}

    told = Annotate().ready(context, AnnotateConfig(), given)
    assert told == {"campaign": made.name, "approved": 3, "why": "approved"}
    files = Annotate().deliver(context, AnnotateConfig(), given, told)
    assert [one.state for one in campaigns(bare_platform)] == ["ended"]
    lines = (files["annotations"] / "annotations.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"sample_id": f"{number}.png", "labels": ["good"]} for number in range(3)
    ]
    runs, labelling = bare_platform.ledger.runs, bare_platform.ledger.labelling
    assert labelling.published(made) == {}, "its run goes on"
    runs.start(context.run_id, PROJECT, "parts", "olga")
    runs.finish(context.run_id, RunState.SUCCEEDED)
    assert set(labelling.published(made)) == {"0.png", "1.png", "2.png"}


def test_what_cannot_be_labelled_is_not_waited_for(
    bare_platform: Platform, inputs: dict[str, Path], workbench: Workbench
) -> None:
    made = begin(bare_platform, inputs)
    (package,) = bare_platform.ledger.labelling.packages(PROJECT, campaign=made.name)
    anna = Work(bare_platform.ledger, PROJECT, "anna")
    anna.set_aside(package.id, 1, "blurred")
    approve(bare_platform, made, 3, first=2)
    given = {"campaign": record(workbench, campaign=made.name, samples=3)}
    assert Annotate().ready(asking(bare_platform), AnnotateConfig(), given) is None
    rita = Work(bare_platform.ledger, PROJECT, "rita")
    rita.review(package.id, 1, approved=True)
    rita.audit(package.id, "passed")
    told = Annotate().ready(asking(bare_platform), AnnotateConfig(wanted=3), given)
    assert told == {"campaign": made.name, "approved": 2, "why": "approved"}


def test_an_ended_campaign_is_waited_for_no_longer(
    bare_platform: Platform, inputs: dict[str, Path], workbench: Workbench
) -> None:
    made = begin(bare_platform, inputs)
    given = {"campaign": record(workbench, campaign=made.name, samples=3)}
    Work(bare_platform.ledger, PROJECT, "olga").end(made.name)

    with pytest.raises(InvalidInput, match="no annotation is approved"):
        Annotate().ready(asking(bare_platform), AnnotateConfig(), given)


def test_where_nothing_waits_nobody_is_asked(bare_platform: Platform, workbench: Workbench) -> None:
    given = {"campaign": record(workbench, campaign=None, samples=0)}
    told = Annotate().ready(asking(bare_platform), AnnotateConfig(), given)
    assert told is not None
    files = Annotate().deliver(asking(bare_platform), AnnotateConfig(), given, told)
    assert (files["annotations"] / "annotations.jsonl").read_text() == ""


def begin(platform: Platform, inputs: dict[str, Path]) -> Campaign:
    config = step_class("label.campaign").Config(labels=LABELS)
    told = BeginCampaign().apply(asking(platform), config, inputs)
    return platform.ledger.labelling.campaign(PROJECT, told["campaign"])


def asking(platform: Platform) -> PlatformContext:
    return PlatformContext(
        platform.settings, PROJECT, "parts", "run_1", "olga", "key", platform.work
    )


def test_a_campaign_is_not_taken_for_one_with_other_labels(
    bare_platform: Platform, inputs: dict[str, Path]
) -> None:
    made = begin(bare_platform, inputs)
    config = step_class("label.campaign").Config(labels={**LABELS, "package_size": 2})
    with pytest.raises(Conflict, match="package_size"):
        BeginCampaign().apply(asking(bare_platform), config, inputs)
    Work(bare_platform.ledger, PROJECT, "olga").delete(made.name)
    assert begin(bare_platform, inputs).name == made.name


def test_too_few_people_are_refused(bare_platform: Platform, inputs: dict[str, Path]) -> None:
    labels = {**LABELS, "assignment": "by_hand", "overlap": 2}
    config = step_class("label.campaign").Config(labels=labels)
    with pytest.raises(InvalidInput, match="overlap of 2"):
        BeginCampaign().apply(asking(bare_platform), config, inputs)
