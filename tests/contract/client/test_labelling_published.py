"""Publishing again: what was published before stays as people corrected it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from plugins.datasets import Notebook
from plugins.labelled import DATASET, Labelled, Somebody, labelled, somebody, waiting_texts

from aileron.client import records as r
from aileron.core.digest import digest_json
from aileron.core.errors import Conflict
from aileron.data.operations.annotate import AnnotateConfig, AnnotateDataset
from aileron.data.sources.connections import Limits
from aileron.data.sources.uploads import Uploads
from aileron.data.texts import TextDataset
from aileron.label.work import Work
from aileron.ledger import NodeState, RunState

__all__ = ["labelled", "somebody", "waiting_texts"]


class Versions:
    """The versions that runs of operations make, without a scheduler."""

    def __init__(self, labelled: Labelled, folder: Path) -> None:
        self.labelled, self.folder = labelled, folder
        self.newest, self.number = labelled.folder, 1

    def annotate(self, said: Mapping[str, str] | Path) -> None:
        """The next version: with the labels of a file, or of samples by name."""
        self.number += 1
        place = self.folder / str(self.number)
        (place / "said").mkdir(parents=True)
        text = said.read_text() if isinstance(said, Path) else _lines(said)
        (place / "said" / "labels.jsonl").write_text(text)
        inputs = {"dataset": self.newest, "annotations": place / "said"}
        step, config = AnnotateDataset(), AnnotateConfig(classes=("question",))
        self.newest = step.run(Notebook(place / "made"), config, inputs)["dataset"]
        self.labelled.version(self.number, self.newest)

    def labels(self) -> dict[str, str]:
        """Those of the newest version."""
        records = TextDataset.read(self.newest).records()
        return {one.sample_id: one.labels[0] for one in records if one.labels}


def _lines(said: Mapping[str, str]) -> str:
    rows = [{"sample_id": name, "labels": [label]} for name, label in said.items()]
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def versions(labelled: Labelled, tmp_path: Path) -> Versions:
    return Versions(labelled, tmp_path)


def file_of(labelled: Labelled) -> Path:
    """What the newest publication hands over."""
    upload = labelled.scheduler.asked[-1][1]["sources"]["annotations"]["upload"]
    found = Uploads(labelled.installation.settings.home, Limits()).finished(upload)
    return found.path


def ends(labelled: Labelled, made: r.Publication, state: RunState = RunState.SUCCEEDED) -> None:
    """The run of a publication ends so."""
    runs = labelled.installation.ledger.runs
    runs.start(made.run_id, "default", made.lifecycle, "olga")
    runs.finish(made.run_id, state)


def begun(somebody: Somebody, **spec: object) -> list[int]:
    """The packages of a campaign without audits, four samples each."""
    owner = somebody("olga")
    owner.create_campaign(DATASET, spec={"audit": {"share": 0}, **spec})
    return [package.id for package in owner.label_packages(DATASET).packages]


def labels(
    somebody: Somebody, labelled: Labelled, package: int, said: str, name: str = "anna"
) -> None:
    somebody("olga").assign_package(package, name)
    labelled.draw(package, said)
    assert somebody(name).submit_package(package).state == "passed"


def test_a_correction_stays_when_more_is_published(
    somebody: Somebody, labelled: Labelled, versions: Versions
) -> None:
    first, second = begun(somebody)
    owner = somebody("olga")
    labels(somebody, labelled, first, "fault")
    made = owner.publish_campaign(DATASET)
    versions.annotate(file_of(labelled))
    ends(labelled, made)
    versions.annotate({"w0": "praise"})
    with pytest.raises(Conflict, match="published all its approved annotations before"):
        owner.publish_campaign(DATASET)
    labels(somebody, labelled, second, "question")
    again = owner.publish_campaign(DATASET)
    assert (again.samples, again.published, again.left_out) == (4, 4, 0)
    versions.annotate(file_of(labelled))
    found = versions.labels()
    assert (found["w0"], found["w1"], found["w4"]) == ("praise", "fault", "question")


def test_a_publication_whose_run_has_not_succeeded_does_not_count(
    somebody: Somebody, labelled: Labelled, versions: Versions
) -> None:
    first, second = begun(somebody)
    owner = somebody("olga")
    labels(somebody, labelled, first, "fault")
    made = owner.publish_campaign(DATASET)
    assert owner.publish_campaign(DATASET).samples == 4, "nobody knows yet how that ends"
    ends(labelled, made, RunState.FAILED)
    labels(somebody, labelled, second, "question")
    assert owner.publish_campaign(DATASET).samples == 8


def test_what_was_decided_otherwise_is_published_again(
    somebody: Somebody, labelled: Labelled
) -> None:
    owner, rita = somebody("olga"), somebody("rita")
    for package, (name, said) in zip(
        begun(somebody, overlap=2, package_size=8),
        (("anna", "fault"), ("ben", "praise")),
        strict=True,
    ):
        labels(somebody, labelled, package, said, name)
    rita.adjudicate(DATASET, "w0", 0)
    rita.adjudicate(DATASET, "w1", 0)
    ends(labelled, owner.publish_campaign(DATASET))
    owner.end_campaign(DATASET)
    rita.adjudicate(DATASET, "w1", 1)
    rita.adjudicate(DATASET, "w2", 1)
    made = owner.publish_campaign(DATASET)
    assert (made.samples, made.published) == (2, 1)
    lines = [json.loads(line) for line in file_of(labelled).read_text().splitlines()]
    assert {line["sample_id"]: line["labels"] for line in lines} == {
        "w1": ["praise"], "w2": ["praise"],
    }  # fmt: skip
    ends(labelled, made)
    rita.adjudicate(DATASET, "w1", 0)
    assert owner.publish_campaign(DATASET).samples == 1, "it was so before, and not last"


@pytest.mark.parametrize("made", [True, False])
def test_what_is_in_a_version_counts_though_its_run_failed_later(
    somebody: Somebody, labelled: Labelled, made: bool
) -> None:
    """A lifecycle made the version, and its gate said no."""
    first, _ = begun(somebody)
    labels(somebody, labelled, first, "fault")
    ledger, run_id = labelled.installation.ledger, "default/learn/r1"
    ledger.runs.start(run_id, "default", "learn", "olga")
    campaign = ledger.labelling.campaign("default", DATASET)
    said = {name: digest_json(one) for name, one in ledger.labelling.approved(campaign)}
    ledger.labelling.keep_published(campaign, run_id, said)
    ledger.nodes.begin(run_id, "labelled", "data.version", "key")
    ledger.nodes.finish(run_id, "labelled", NodeState.SUCCEEDED if made else NodeState.FAILED)
    ledger.runs.finish(run_id, RunState.REJECTED, "too bad")
    if made:
        with pytest.raises(Conflict):
            somebody("olga").publish_campaign(DATASET)
    else:
        assert somebody("olga").publish_campaign(DATASET).samples == 4


def test_a_campaign_that_is_deleted_forgets_what_it_published(
    somebody: Somebody, labelled: Labelled
) -> None:
    first, _ = begun(somebody)
    labels(somebody, labelled, first, "fault")
    ends(labelled, somebody("olga").publish_campaign(DATASET))
    labelling = labelled.installation.ledger.labelling
    campaign = labelling.campaign("default", DATASET)
    assert labelling.count_published(campaign) == len(labelling.published(campaign)) == 4
    Work(labelled.installation.ledger, "default", "olga").delete(DATASET)
    assert labelling.published(campaign) == {}
