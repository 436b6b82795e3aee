"""Acceptance of labelling: two annotators, an audit, a version of what was approved, a model of it.

100 photographs of insulators, normal and defective. Who labels is a script on Label Studio's own
HTTP API, through the gate; now and then it is wrong on purpose, and reviewers find that.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from urllib.parse import quote

import pytest
from plugins.desk import Desk
from plugins.labelling_stack import LabellingStack
from plugins.shared_data import shared
from plugins.waiting import wait_until

from aileron.client import RemoteClient
from aileron.client import records as r
from aileron.client.airflow import AirflowClient
from aileron.core.errors import AileronError, Conflict, NotFound, Refused

pytestmark = pytest.mark.timeout(1500)

DATASET = """
apiVersion: aileron/v1
kind: Dataset
modality: image
name: towers
format: pictures
classes: [normal, defective]
source: {folder: ../../photographs}
"""
LABELS = """
apiVersion: aileron/v1
kind: Labels
instructions: Is a disc broken or missing? Then it is defective.
package_size: 25
audit: {share: 0.2}
assignment: round_robin
annotators: [anna, ben]
reviewers: [rita]
"""
LIFECYCLE = """
apiVersion: aileron/v1
kind: Lifecycle
name: towers
dataset: towers
dataset_version: latest
split: {test: 0.2, validation: 0.2}
train:
  algorithm: image_cnn
  parameters: {image_size: 32, width: 8, epochs: 2}
gate: {thresholds: {accuracy: {min: 0.0}}}
package: false
release: false
"""


@pytest.fixture(scope="module")
def truth(labelling: LabellingStack) -> Mapping[str, str]:
    """Sample id -> what is on the photograph; they lie in the workspace, without a word on it."""
    folder = labelling.workspace / "photographs"
    folder.mkdir()
    found = {}
    for label in ("normal", "defective"):
        pictures = sorted(shared(f"insulators/{label}/images").iterdir())[:50]
        for number, picture in enumerate(pictures):
            name = f"{number * 2 + (label == 'normal'):03d}.jpg"
            shutil.copyfile(picture, folder / name)
            found[name] = label
    return found


@pytest.fixture(scope="module")
def owner(labelling: LabellingStack, truth: Mapping[str, str]) -> RemoteClient:
    """The developer whose dataset is imported and has a label spec."""
    folder = labelling.workspace / "datasets" / "towers"
    folder.mkdir()
    (folder / "dataset.yaml").write_text(DATASET)
    (folder / "labels.yaml").write_text(LABELS)
    (labelling.workspace / "configs/lifecycles/towers.yaml").write_text(LIFECYCLE)
    done = labelling.aileron("dataset", "import", "towers", "--json").json
    assert (done["state"], done["dataset_version"]) == ("succeeded", "default/towers@v1")
    assert len(truth) == 100
    return labelling.person("olga", "developer")


def label(
    person: RemoteClient, package: int, truth: Mapping[str, str], wrong: int = 0
) -> list[str]:
    """Label what is not approved yet, `wrong` samples of it wrongly; which those are."""
    items = person.label_items(package, limit=1000).items
    approved = {item.sample_id for item in items if item.state == "approved"}
    with Desk(person.open_package(package).url) as desk:
        tasks = desk.tasks()
        assert tasks.keys() == {item.sample_id for item in items}
        for number, (sample, task) in enumerate(sorted(tasks.items())):
            if sample in approved:
                continue
            label = truth[sample]
            if number < wrong:
                label = "normal" if label == "defective" else "defective"
            assert desk.choose(task, label).is_success
    return sorted(tasks)[:wrong]


def review(
    rita: RemoteClient, package: int, truth: Mapping[str, str]
) -> tuple[r.LabelPackage, list[str]]:
    """Look at each item of the audit; the package afterwards, and the samples sent back."""
    found = []
    for item in rita.label_items(package, audited=True, limit=1000).items:
        right = item.labels == (truth[item.sample_id],)
        comment = "" if right else f"This is {truth[item.sample_id]}."
        rita.review_item(package, item.position, approved=right, comment=comment)
        if not right:
            found.append(item.sample_id)
    return rita.audit_package(package, "has_errors" if found else "passed"), found


def test_acceptance_of_a_label_campaign(
    labelling: LabellingStack, owner: RemoteClient, truth: Mapping[str, str]
) -> None:
    anna, ben = labelling.person("anna"), labelling.person("ben")
    rita = labelling.person("rita")
    campaign = owner.create_campaign("towers", name="towers")
    assert (campaign.samples, campaign.packages.total) == (100, 4)
    owner.distribute_campaign("towers")
    packages = owner.label_packages("towers").packages
    assert [(p.size, p.annotator) for p in packages] == [(25, "anna"), (25, "ben")] * 2
    first, second, third, fourth = (package.id for package in packages)
    assert {p.id for p in anna.my_labelling().packages} == {first, third}

    # Each sees and changes their own packages alone.
    with pytest.raises(Refused):
        ben.open_package(first)
    with pytest.raises(AileronError):
        anna.submit_package(second)

    # A package with nothing said in it is not handed in.
    with pytest.raises(Conflict, match="25"):
        anna.submit_package(first)

    # Enough is wrong in the first package that a fifth of it must show some.
    wrong = label(anna, first, truth, wrong=21)
    with Desk(anna.open_package(first).url) as desk:
        some = next(iter(desk.tasks().values()))
        submitted = anna.submit_package(first)
        assert (submitted.state, submitted.audited) == ("submitted", 5)
        refused = desk.ask("DELETE", f"tasks/{some['id']}/")
        assert refused.status_code in (403, 404)
        assert desk.choose(some, "normal").status_code == 409, "it is with the reviewers"
    with pytest.raises(Refused):
        anna.open_package(first)

    with pytest.raises(Refused):
        ben.audit_package(first, "passed")
    returned, found = review(rita, first, truth)
    assert returned.state == "returned"
    assert found
    assert set(found) <= set(wrong)

    # It comes back with comments; what is wrong is put right, and the next audit passes it.
    items = anna.label_items(first, limit=1000).items
    told = {item.sample_id: item.comment for item in items if item.state == "rejected"}
    assert told == {sample: f"This is {truth[sample]}." for sample in found}
    for _ in range(5):
        label(anna, first, truth)
        anna.submit_package(first)
        again, found = review(rita, first, truth)
        if not found:
            break
    assert again.state == "passed"
    detail = rita.label_item(first, 1)
    assert detail.revisions[0].verdict == "approved" or not detail.audited

    # A reviewer may send all of it back.
    label(ben, second, truth)
    ben.submit_package(second)
    for item in rita.label_items(second, audited=True).items:
        rita.review_item(second, item.position, approved=True)
    assert rita.audit_package(second, "rejected", "Look at all of them again.").state == "returned"
    assert ben.submit_package(second).round == 2
    assert review(rita, second, truth)[0].state == "passed"

    # The third goes to somebody else in the middle, who goes on; the fourth is never handed in.
    label(anna, third, truth)
    assert owner.transfer_package(third, "ben").annotator == "ben"
    with pytest.raises(Refused):
        anna.open_package(third)
    ben.submit_package(third)
    assert review(rita, third, truth)[0].state == "passed"
    label(ben, fourth, truth)

    ended = owner.end_campaign("towers")
    assert ended.state == "ended"
    with pytest.raises(Conflict):
        ben.submit_package(fourth)
    with pytest.raises(AileronError):
        rita.review_item(first, 1, approved=False, comment="too late")
    assert ended.approved_samples == 75

    # Only what was approved reaches the version; a model is learnt of it.
    published = owner.publish_campaign("towers")
    assert published.samples == 75
    *_, run = owner.follow(published.run_id)
    assert run.state == "succeeded", run.reason
    page = owner.samples("towers", limit=200)
    assert page.version == 2
    said = {s.sample_id: s.labels for s in page.samples if s.annotated}
    frozen = {
        item.sample_id
        for package in (first, second, third)
        for item in owner.label_items(package, limit=1000).items
    }
    assert said.keys() == frozen
    audited_or_right = [sample for sample in said if said[sample] == (truth[sample],)]
    assert len(audited_or_right) == 75, "the corrections came through"
    assert page.waiting == 25
    trained = labelling.aileron("lifecycle", "run", "towers", "--wait", "--json").json
    assert trained["state"] == "succeeded", trained
    assert trained["dataset_version"] == "default/towers@v2"


def test_acceptance_label_events_tell_every_step(owner: RemoteClient) -> None:
    told = [event.verb for event in owner.events("campaign:default/towers")]
    assert told == ["campaign.published", "campaign.ended", "campaign.created"]


def test_airflow_links_a_waiting_task_to_its_campaign(
    labelling: LabellingStack, owner: RemoteClient
) -> None:
    name = "asked_towers"
    text = LIFECYCLE.replace("name: towers", f"name: {name}", 1) + "annotate: true\n"
    (labelling.workspace / f"configs/lifecycles/{name}.yaml").write_text(text)
    run = labelling.aileron("lifecycle", "run", name, "--json").json["run_id"]
    dag_run = run.split("/", 2)[2]
    path = f"/api/v2/dags/default__{name}/dagRuns/{quote(dag_run)}/taskInstances/annotate/links"
    with AirflowClient.of(labelling.aileron.settings()) as airflow:

        def link() -> str | None:
            try:
                links: dict[str, str | None] = airflow._call("GET", path)["extra_links"]
            except NotFound:  # not scheduled yet
                return None
            return links["Labelling"]

        assert wait_until(link, 300) == f"/aileron/#/labelling/{owner.campaigns()[0].name}"
        (task,) = [
            one for one in airflow.tasks(f"default__{name}", dag_run) if one.name == "annotate"
        ]
        assert task.state == "deferred"
    owner.stop_run(run)
