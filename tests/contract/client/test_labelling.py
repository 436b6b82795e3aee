"""Labelling, from here and over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from plugins.datasets import Notebook
from plugins.labelled import (
    DATASET,
    LABELS,
    TEXTS,
    Labelled,
    Somebody,
    labelled,
    somebody,
    texts,
    waiting_texts,
)

from aileron.client import records as r
from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound, Refused, Unavailable
from aileron.data.operations.annotate import AnnotateConfig, AnnotateDataset
from aileron.data.texts import TextDataset
from aileron.label.work import Work
from aileron.ledger import Visibility

__all__ = ["labelled", "somebody", "waiting_texts"]


def begun(somebody: Somebody, **spec: object) -> list[r.LabelPackage]:
    """The packages of a campaign of olga's, by number and lane."""
    owner = somebody("olga")
    owner.create_campaign(DATASET, spec=spec)
    return list(owner.label_packages(DATASET).packages)


def submitted(somebody: Somebody, labelled: Labelled, **spec: object) -> int:
    """The id of a package that anna labelled and handed in."""
    package = begun(somebody, **spec)[0].id
    somebody("olga").assign_package(package, "anna")
    labelled.draw(package, "fault")
    somebody("anna").submit_package(package)
    return package


def passed(somebody: Somebody, package: int) -> None:
    """Rita approves what she is to look at."""
    rita = somebody("rita")
    for item in rita.label_items(package, audited=True).items:
        rita.review_item(package, item.position, approved=True)
    assert rita.audit_package(package, "passed").state == "passed"


def test_a_campaign_begins_as_its_file_says(somebody: Somebody) -> None:
    owner = somebody("olga")
    made = owner.create_campaign(DATASET)
    assert (made.name, made.dataset, made.version) == (DATASET, DATASET, 1)
    assert (made.task, made.tool, made.state, made.samples) == ("classification", None, "open", 8)
    assert (made.items.total, made.items.open, made.packages.unassigned) == (TEXTS, TEXTS, 2)
    assert (made.annotators, made.reviewers) == (("anna", "ben"), ("rita",))
    assert [one["name"] for one in made.spec["classes"]] == ["fault", "praise", "question"]
    assert (made.created_by, made.overdue, made.approved_samples) == ("olga", False, 0)
    assert made.deadline is not None
    assert owner.campaign(DATASET).id == made.id
    (listed,) = somebody("vera", "viewer").campaigns()
    assert (listed.name, listed.packages.total) == (DATASET, 2)


def test_fields_of_the_file_are_others_for_one_campaign(somebody: Somebody) -> None:
    owner = somebody("olga")
    owner.create_campaign(DATASET)
    spec = {"package_size": 3, "samples": "all", "hours": None, "annotators": ["carl", "dora"]}
    made = owner.create_campaign(DATASET, 1, spec=spec)
    assert (made.name, made.samples, made.packages.total) == (f"{DATASET}_2", TEXTS + 2, 4)
    assert made.deadline is None
    assert made.annotators == ("carl", "dora", "anna", "ben")  # the file's can join, too
    assert owner.create_campaign(DATASET, name="night").name == "night"
    with pytest.raises(Conflict, match="night"):
        owner.create_campaign(DATASET, name="night")


def test_what_a_campaign_would_begin_with_is_shown(somebody: Somebody, labelled: Labelled) -> None:
    owner = somebody("olga")
    shown = owner.labelling_spec(DATASET)
    assert (shown.dataset, shown.version) == (DATASET, 1)
    assert shown == owner.labelling_spec(DATASET, 1)
    spec = shown.spec
    assert (spec["modality"], spec["task"], spec["hours"]) == ("text", "classification", 72)
    assert (spec["package_size"], spec["audit"]["share"], spec["reviewers"]) == (4, 0.5, ["rita"])
    assert [one["name"] for one in spec["annotators"]] == ["anna", "ben"]
    assert owner.create_campaign(DATASET).spec == spec
    with pytest.raises(NotFound):
        owner.labelling_spec("nothing")
    with pytest.raises(NotFound):
        owner.labelling_spec(DATASET, 7)
    with pytest.raises(Refused, match="developer"):
        somebody("anna").labelling_spec(DATASET)
    labelled.spec(LABELS.replace("package_size: 4", "package_size: many"))
    with pytest.raises(InvalidInput, match=r"labels\.yaml:4.*package_size"):
        owner.labelling_spec(DATASET)


WRONG = (
    ({"colour": "red"}, "colour"),
    ({"overlap": 9}, "overlap"),
    ({"tool": "box"}, "tool"),
    ({"annotators": []}, "0 annotators"),
    ({"overlap": 3}, "2 annotators"),
    ({"classes": [{"name": "fault"}] * 2}, "fault"),
)


@pytest.mark.parametrize(("spec", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_cannot_be_labelled_is_refused_and_not_kept(
    somebody: Somebody, spec: dict[str, object], said: str
) -> None:
    owner = somebody("olga")
    with pytest.raises(InvalidInput, match=said):
        owner.create_campaign(DATASET, spec=spec)
    assert owner.campaigns(ended=True) == ()


def test_a_version_without_a_waiting_sample_is_no_campaign(
    somebody: Somebody, labelled: Labelled, tmp_path: Path
) -> None:
    owner = somebody("olga")
    for ask in (lambda: owner.create_campaign("nothing"), lambda: owner.campaign("nothing")):
        with pytest.raises(NotFound):
            ask()
    rows = "id,text,label\nx,a,fault\ny,b,praise\n"
    labelled.version(2, texts(tmp_path, rows))
    with pytest.raises(InvalidInput, match="samples: all"):
        owner.create_campaign(DATASET)
    assert owner.create_campaign(DATASET, 1).samples == TEXTS


def test_packages_are_given_moved_and_dated(somebody: Somebody, labelled: Labelled) -> None:
    first, second = begun(somebody)
    owner, anna, ben = somebody("olga"), somebody("anna"), somebody("ben")
    given = owner.assign_package(first.id, "anna")
    assert (given.state, given.annotator, given.mine) == ("assigned", "anna", None)
    assert given.items.total == given.size == 4
    assert len(labelled.studio.projects) == 1
    assert anna.label_package(first.id).mine == "label"
    assert [one.id for one in anna.my_labelling().packages] == [first.id]
    assert ben.my_labelling().total == 0
    with pytest.raises(Conflict, match="anna"):
        owner.assign_package(first.id, "ben")
    labelled.draw(first.id, {1: "fault"})
    moved = owner.transfer_package(first.id, "ben")
    assert (moved.annotator, moved.items.labelled) == ("ben", 1)
    rows = {one.name: one for one in owner.labelling_people(DATASET)}
    assert (rows["anna"].items, rows["ben"].packages, rows["rita"].reviewed) == (1, 1, 0)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    due = owner.due_package(first.id, tomorrow)
    assert (due.deadline, due.overdue) == (tomorrow, False)
    with pytest.raises(InvalidInput):
        owner.due_package(first.id, tomorrow - timedelta(days=2))
    with labelled.history.ledger.labelling.holding_package("default", first.id) as held:
        held.change_package(deadline=tomorrow - timedelta(days=2))
    assert owner.label_package(first.id).overdue
    assert owner.campaign(DATASET).overdue
    assert not owner.due_package(first.id, None).overdue
    assert owner.label_packages(DATASET, annotator="ben").total == 1
    assert [p.id for p in owner.label_packages(state="unassigned").packages] == [second.id]
    page = owner.label_packages(DATASET, offset=1, limit=1)
    assert (page.total, [one.id for one in page.packages]) == (2, [second.id])


def test_only_people_of_the_campaign_get_packages(somebody: Somebody, labelled: Labelled) -> None:
    first, second = begun(somebody)
    owner = somebody("olga")
    with pytest.raises(InvalidInput, match=r"did you mean anna.*labels\.yaml"):
        owner.assign_package(first.id, "ana")
    owner.assign_package(first.id, "anna")
    with pytest.raises(InvalidInput, match="carl"):
        owner.transfer_package(first.id, "carl")
    labelled.spec(LABELS.replace("[anna, ben]", "[anna, ben, carl]"))
    assert owner.transfer_package(first.id, "carl").annotator == "carl"
    assert owner.assign_package(second.id, "carl").annotator == "carl"


def test_packages_are_given_out_in_turn(somebody: Somebody) -> None:
    packages = begun(somebody, assignment="round_robin", package_size=2)
    assert [one.annotator for one in packages] == ["anna", "ben", "anna", "ben"]
    assert somebody("olga").distribute_campaign(DATASET).packages.assigned == 4
    somebody("olga").create_campaign(DATASET, name="by_hand")
    with pytest.raises(Conflict):
        somebody("olga").distribute_campaign("by_hand")


def test_ones_own_package_is_opened_by_a_link(somebody: Somebody, labelled: Labelled) -> None:
    package = begun(somebody)[0].id
    labelled.studio.down = True
    somebody("olga").assign_package(package, "anna")  # it is handed out later
    with pytest.raises(Unavailable):
        somebody("anna").open_package(package)
    labelled.studio.down = False
    link = somebody("anna").open_package(package)
    assert link.url.startswith("http://127.0.0.1:9/label/")
    assert somebody("anna").open_package(package).url != link.url
    assert len(labelled.studio.projects) == 1
    for name in ("ben", "rita", "olga"):
        with pytest.raises(Refused, match="belongs to anna"):
            somebody(name).open_package(package)
    with pytest.raises(Refused, match="annotator"):
        somebody("vera", "viewer").open_package(package)


def test_what_was_drawn_is_seen_and_submitted(somebody: Somebody, labelled: Labelled) -> None:
    package = begun(somebody)[0].id
    owner, anna = somebody("olga"), somebody("anna")
    owner.assign_package(package, "anna")
    labelled.draw(package, {1: "fault", 2: "praise"})
    assert owner.sync_campaign(DATASET) == r.LabellingSync(packages=1, new=2)
    assert owner.sync_campaign(DATASET).new == 0
    assert owner.campaign(DATASET).synced is not None
    first, second, third, _ = anna.label_items(package).items
    assert (first.state, first.labels, first.revision) == ("labelled", ("fault",), 1)
    assert (second.labels, third.labels, third.state) == (("praise",), (), "open")
    with pytest.raises(Conflict, match="2"):
        anna.submit_package(package)
    labelled.draw(package, {3: "fault", 4: "question"})
    labelled.studio.down = True
    with pytest.raises(Unavailable):
        anna.submit_package(package)  # what was drawn last is not seen
    labelled.studio.down = False
    with pytest.raises(Refused, match="belongs to anna"):
        somebody("ben").submit_package(package)
    done = anna.submit_package(package)
    assert (done.state, done.round, done.items.submitted) == ("submitted", 1, 4)
    assert (done.audited, done.reviewed, done.mine) == (2, 0, None)
    with pytest.raises(Refused, match="submitted"):
        anna.open_package(package)
    with pytest.raises(Conflict):
        anna.submit_package(package)


def test_errors_go_back_and_the_rest_is_approved(somebody: Somebody, labelled: Labelled) -> None:
    package = submitted(somebody, labelled)
    rita, anna = somebody("rita"), somebody("anna")
    (waiting,) = rita.my_labelling().packages
    assert (waiting.id, waiting.mine) == (package, "audit")
    assert rita.open_package(package).url
    one, two = rita.label_items(package, audited=True).items
    with pytest.raises(InvalidInput):
        rita.review_item(package, one.position, approved=False)
    said = rita.review_item(package, one.position, approved=False, comment="a question")
    assert (said.verdict, said.comment, said.reviewer) == ("rejected", "a question", "rita")
    assert said.permissions["label.review"].allowed
    with pytest.raises(Conflict, match="changed meanwhile"):
        rita.review_item(package, two.position, approved=True, revision=two.revision - 1)
    assert said.revisions[0].sample.labels == ("fault",)
    assert (said.sample.labels, said.sample.text) == ((), f"message {said.sample_id[1:]}")
    with pytest.raises(Conflict):
        rita.audit_package(package, "has_errors")
    rita.review_item(package, two.position, approved=True, revision=two.revision)
    with pytest.raises(Conflict):
        rita.audit_package(package, "passed")
    back = rita.audit_package(package, "has_errors", "look again")
    assert (back.state, back.comment) == ("returned", "look again")
    assert (back.items.rejected, back.items.approved, back.items.labelled) == (1, 1, 2)
    assert anna.my_labelling().packages[0].mine == "label"
    labelled.draw(package, {one.position: "question"})
    assert anna.submit_package(package).audited >= 1
    shown = rita.label_item(package, one.position)
    assert [(x.number, x.verdict) for x in shown.revisions] == [(2, None), (1, "rejected")]
    passed(somebody, package)
    assert somebody("olga").campaign(DATASET).approved_samples == 4


def test_an_annotator_may_insist(somebody: Somebody, labelled: Labelled) -> None:
    package = submitted(somebody, labelled)
    rita = somebody("rita")
    back = rita.audit_package(package, "rejected", "all of it")
    assert back.state == "returned"
    one = rita.label_items(package).items[0]
    somebody("anna").submit_package(package)
    for item in rita.label_items(package, audited=True).items:
        rita.review_item(package, item.position, approved=False, comment="no")
    rita.audit_package(package, "has_errors")
    with pytest.raises(Conflict):
        somebody("anna").submit_package(package)
    assert somebody("anna").submit_package(package, unchanged=True).round == 3
    assert one.labels == ("fault",)


def test_nobody_reviews_their_own_labels(somebody: Somebody, labelled: Labelled) -> None:
    labelled.spec(LABELS.replace("[rita]", "[rita, anna]"))
    package = submitted(somebody, labelled)
    item = somebody("anna").label_items(package, audited=True).items[0].position
    for name in ("anna", "ben"):
        with pytest.raises(Refused):
            somebody(name).review_item(package, item, approved=True)
        with pytest.raises(Refused):
            somebody(name).audit_package(package, "rejected", "no")
    with pytest.raises(Refused, match="packages of their own"):
        somebody("ben").label_item(package, item)
    assert somebody("olga").review_item(package, item, approved=True).reviewer == "olga"


def test_two_people_who_differ_are_judged_by_a_third(
    somebody: Somebody, labelled: Labelled
) -> None:
    options = {"overlap": 2, "package_size": 8, "audit": {"share": 0}}
    one, two = begun(somebody, **options)
    owner = somebody("olga")
    assert (one.number, one.lane, two.number, two.lane) == (1, 0, 1, 1)
    owner.assign_package(one.id, "anna")
    with pytest.raises(Conflict, match="anna"):
        owner.assign_package(two.id, "anna")
    owner.assign_package(two.id, "ben")
    labelled.draw(one.id, "fault")
    labelled.draw(two.id, dict.fromkeys(range(1, 8), "fault") | {8: "praise"})
    for package, name in ((one, "anna"), (two, "ben")):
        assert somebody(name).submit_package(package.id).state == "passed"
    seen = owner.campaign(DATASET)
    assert (seen.approved_samples, seen.disagreements) == (7, 1)
    assert seen.agreement_measure is not None
    page = somebody("rita").disagreements(DATASET)
    (differs,) = page.disagreements
    assert [(lane.by, lane.sample.labels) for lane in differs.lanes] == [
        ("anna", ("fault",)), ("ben", ("praise",)),
    ]  # fmt: skip
    with pytest.raises(Refused):
        somebody("ben").adjudicate(DATASET, differs.sample_id, 1)
    done = somebody("rita").adjudicate(DATASET, differs.sample_id, 1)
    assert (done.approved_samples, done.disagreements) == (8, 0)


def test_approved_labels_are_written_and_published(
    somebody: Somebody, labelled: Labelled, tmp_path: Path
) -> None:
    package = submitted(somebody, labelled)
    owner = somebody("olga")
    with pytest.raises(Conflict, match="nothing to publish"):
        owner.publish_campaign(DATASET)
    passed(somebody, package)
    assert owner.export_labels(DATASET, tmp_path / "labels.jsonl") == 4
    lines = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert [line["sample_id"] for line in lines] == ["w0", "w1", "w2", "w3"]
    assert {tuple(line["labels"]) for line in lines} == {("fault",)}
    with pytest.raises(InvalidInput, match="something already"):
        owner.export_labels(DATASET, tmp_path / "labels.jsonl")
    made = owner.publish_campaign(DATASET)
    assert (made.samples, made.lifecycle) == (4, "dataset_operation")
    ((dag, values),) = labelled.scheduler.asked
    assert dag == "default__dataset_operation"
    assert (values["operation"], values["dataset"]) == ("annotate", DATASET)
    assert values["version"] == 1
    assert values["options"] == {"classes": ["question"]}
    upload = values["sources"]["annotations"]["upload"]
    assert {one.id for one in owner.uploads()} == {upload}
    assert owner.events(f"campaign:default/{DATASET}")[0].verb == "campaign.published"
    for name in ("anna", "rita"):
        with pytest.raises(Refused, match="developer"):
            somebody(name).publish_campaign(DATASET)
        with pytest.raises(Refused, match="developer"):
            somebody(name).export_labels(DATASET, tmp_path / f"{name}.jsonl")


def test_what_is_published_fits_the_operation_that_takes_it(
    somebody: Somebody, labelled: Labelled, tmp_path: Path
) -> None:
    package = submitted(somebody, labelled, audit={"share": 0})
    assert somebody("olga").label_package(package).state == "passed"
    (tmp_path / "annotations").mkdir()
    somebody("olga").export_labels(DATASET, tmp_path / "annotations" / "labels.jsonl")
    inputs = {"dataset": labelled.folder, "annotations": tmp_path / "annotations"}
    config = AnnotateConfig(classes=("question",))
    made = AnnotateDataset().run(Notebook(tmp_path / "made"), config, inputs)["dataset"]
    said = {one.sample_id: one for one in TextDataset.read(made).records()}
    assert {name for name, one in said.items() if one.annotated} == {
        "a1", "a2", "w0", "w1", "w2", "w3",
    }  # fmt: skip
    assert (said["w0"].labels, said["w4"].labels) == (("fault",), ())


def test_an_ended_campaign_is_frozen_and_can_be_published(
    somebody: Somebody, labelled: Labelled
) -> None:
    package = submitted(somebody, labelled)
    passed(somebody, package)
    owner = somebody("olga")
    other = owner.label_packages(DATASET, state="unassigned").packages[0].id
    ended = owner.end_campaign(DATASET)
    assert (ended.state, ended.packages.passed, ended.packages.ended) == ("ended", 1, 1)
    assert ended.ended is not None
    assert owner.campaigns() == ()
    assert [one.name for one in owner.campaigns(ended=True)] == [DATASET]
    assert owner.label_packages().total == 0
    for act in (
        lambda: owner.assign_package(other, "ben"),
        lambda: owner.due_package(other, None),
    ):
        with pytest.raises(Conflict):
            act()
    assert owner.publish_campaign(DATASET).samples == 4


def test_a_private_datasets_campaign_is_for_its_people(
    somebody: Somebody, labelled: Labelled
) -> None:
    package = begun(somebody)[0].id
    catalogue = labelled.history.ledger.acting("wang").catalogue
    catalogue.change("default", DATASET, visibility=Visibility.PRIVATE, owner="wang")
    for name in ("anna", "rita", "olga"):
        assert somebody(name).campaign(DATASET).packages.total == 2
        given = somebody(name).campaign(DATASET).permissions
        assert not given["label.publish"].allowed
    anna, olga = somebody("anna", "operator"), somebody("olga")
    for act in (
        lambda: anna.assign_package(package, "anna"),
        lambda: anna.end_campaign(DATASET),
        lambda: anna.publish_campaign(DATASET),
        lambda: anna.export_labels(DATASET, Path("never.jsonl")),
        lambda: olga.delete_campaign(DATASET),
        lambda: olga.due_package(package, None),
    ):
        with pytest.raises(Refused, match="not its dataset"):
            act()
    with pytest.raises(NotFound):
        olga.create_campaign(DATASET, name="more")
    carl = somebody("carl", "developer")
    assert carl.campaigns() == ()
    assert carl.label_packages().total == 0
    for ask in (
        lambda: carl.campaign(DATASET),
        lambda: carl.label_package(package),
        lambda: carl.label_items(package),
        lambda: carl.label_item(package, 1),
        lambda: carl.assign_package(package, "anna"),
        lambda: carl.end_campaign(DATASET),
    ):
        with pytest.raises(NotFound):
            ask()


def test_media_of_a_private_dataset_are_shown_with_their_items(
    somebody: Somebody, labelled: Labelled
) -> None:
    package = begun(somebody)[0].id
    somebody("olga").assign_package(package, "anna")
    catalogue = labelled.history.ledger.acting("wang").catalogue
    catalogue.change("default", DATASET, visibility=Visibility.PRIVATE, owner="wang")
    first = somebody("anna").label_items(package).items[0].sample_id
    for name in ("anna", "rita", "olga"):
        with pytest.raises(NotFound, match="picture"):  # it is asked for, and texts have none
            somebody(name).medium(DATASET, 1, first)
    hidden = {item.sample_id for item in somebody("anna").label_items(package).items}
    other = next(f"w{number}" for number in range(TEXTS) if f"w{number}" not in hidden)
    for name, sample in (("ben", first), ("anna", other), ("vera", first), ("rita", "a1")):
        with pytest.raises(NotFound, match="no definition"):
            somebody(name, "annotator").medium(DATASET, 1, sample)
    with pytest.raises(NotFound, match="no definition"):
        somebody("rita").medium(DATASET, None, first)
    Work(labelled.history.ledger, "default", "wang").end(DATASET)
    with pytest.raises(NotFound, match="no definition"):
        somebody("rita").medium(DATASET, 1, first)


def test_a_dataset_that_one_may_not_change_is_not_labelled(
    somebody: Somebody, labelled: Labelled
) -> None:
    catalogue = labelled.history.ledger.acting("wang").catalogue
    catalogue.change("default", DATASET, visibility=Visibility.PRESET, owner="wang")
    with pytest.raises(Refused, match=r"dataset\.edit"):
        somebody("olga").create_campaign(DATASET)
    assert somebody("root", "admin").create_campaign(DATASET).name == DATASET


def test_what_others_said_is_for_reviewers_and_developers(
    somebody: Somebody, labelled: Labelled
) -> None:
    package = submitted(somebody, labelled)
    for name in ("anna", "rita", "olga"):
        assert somebody(name).label_items(package).total == 4
        assert somebody(name).label_item(package, 1).position == 1
    for name in ("rita", "olga"):
        assert somebody(name).disagreements(DATASET).total == 0
    ben, anna = somebody("ben"), somebody("anna")
    for act in (
        lambda: ben.label_items(package),
        lambda: ben.label_item(package, 1),
        lambda: ben.disagreements(DATASET),
        lambda: anna.disagreements(DATASET),
    ):
        with pytest.raises(Refused, match="packages of their own"):
            act()


def test_what_is_not_there_is_said(somebody: Somebody) -> None:
    package = begun(somebody)[0].id
    owner = somebody("olga")
    for ask in (
        lambda: owner.label_package(9999),
        lambda: owner.label_item(package, 999),
        lambda: owner.label_packages("nothing"),
        lambda: owner.labelling_people("nothing"),
        lambda: owner.disagreements("nothing"),
    ):
        with pytest.raises(NotFound):
            ask()
    for wrong in (
        lambda: owner.label_packages(limit=1001),
        lambda: owner.label_items(package, offset=-1),
        lambda: owner.disagreements(DATASET, limit=201),
        lambda: owner.assign_package(package, ""),
    ):
        with pytest.raises(AileronError):
            wrong()


def test_a_viewer_may_only_look(somebody: Somebody) -> None:
    package = begun(somebody)[0].id
    vera = somebody("vera", "viewer")
    assert vera.label_package(package).size == 4
    for look in (lambda: vera.label_items(package), lambda: vera.label_item(package, 1)):
        with pytest.raises(Refused, match="packages of their own"):
            look()
    assert not vera.campaign(DATASET).permissions["label.assign"].allowed
    assert vera.my_labelling().total == 0
    for act in (
        lambda: vera.create_campaign(DATASET),
        lambda: vera.assign_package(package, "anna"),
        lambda: vera.distribute_campaign(DATASET),
        lambda: vera.sync_campaign(DATASET),
        lambda: vera.end_campaign(DATASET),
        lambda: vera.publish_campaign(DATASET),
        lambda: vera.submit_package(package),
        lambda: vera.review_item(package, 1, approved=True),
        lambda: vera.audit_package(package, "passed"),
        lambda: vera.adjudicate(DATASET, "w1", 0),
    ):
        with pytest.raises(Refused, match="needs the role"):
            act()


def test_a_campaign_is_forgotten_with_all_that_was_said(
    somebody: Somebody, labelled: Labelled
) -> None:
    package = submitted(somebody, labelled)
    with pytest.raises(Refused, match="developer"):
        somebody("anna").delete_campaign(DATASET)
    owner = somebody("olga")
    owner.delete_campaign(DATASET)
    for act in (
        lambda: owner.campaign(DATASET),
        lambda: owner.label_package(package),
        lambda: owner.delete_campaign(DATASET),
    ):
        with pytest.raises(NotFound):
            act()
    assert owner.create_campaign(DATASET).approved_samples == 0


def test_suggestions_are_measured_against_what_people_said(
    somebody: Somebody, labelled: Labelled
) -> None:
    owner = somebody("olga")
    package = begun(somebody, audit={"share": 0})[0].id
    assert owner.labelling_suggestions(DATASET) == ()
    guess = {"model_version": "tone/1", "annotation": {"labels": ["fault"]}}
    other = {"model_version": "tone/1", "annotation": {"labels": ["praise"]}}
    suggested = {1: {**guess, "score": 0.9}, 2: {**other, "score": 0.4}}
    ledger = labelled.installation.ledger
    ledger.label_suggestions.keep(ledger.labelling.package("default", package), suggested)
    owner.assign_package(package, "anna")
    labelled.draw(package, "fault")
    somebody("anna").submit_package(package)
    (found,) = somebody("vera", "viewer").labelling_suggestions(DATASET)
    assert (found.model_version, found.items, found.unchanged) == ("tone/1", 2, 1)
    assert (found.score_kept, found.score_changed) == (0.9, 0.4)
    assert {one.name: (one.suggested, one.kept, one.final) for one in found.classes} == {
        "fault": (1, 1, 2),
        "praise": (1, 0, 0),
    }
