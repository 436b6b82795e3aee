"""The verbs of labelling on a real Label Studio."""

from __future__ import annotations

import pytest
from plugins.history import PROJECT
from plugins.labelled import DATASET, Labelled, labelled, waiting_texts
from plugins.labelstudio import RunningStudio

from aileron.client import LocalClient
from aileron.client import records as r
from aileron.core.access import Actor, Role
from aileron.core.errors import Conflict, Unavailable
from aileron.label.annotation import Annotation
from aileron.label.interface.results import to_result
from aileron.label.spec import LabelSpec
from aileron.label.studio.client import Studio

__all__ = ["labelled", "waiting_texts"]


class Office:
    """People of one campaign, who draw in a real Label Studio."""

    def __init__(self, labelled: Labelled, studio: Studio) -> None:
        self.labelled, self.studio = labelled, studio
        labelled.installation.__dict__["studio"] = studio  # closed with the installation

    def person(self, name: str, role: Role = Role.ANNOTATOR) -> LocalClient:
        actor = Actor(name=name, role=role)
        return LocalClient(self.labelled.installation, actor, language="en")

    def draw(self, package: int, labels: dict[int, str]) -> None:
        """The newest annotation of each of these positions says so."""
        labelling = self.labelled.history.ledger.labelling
        spec = LabelSpec.model_validate(labelling.campaign(PROJECT, DATASET).spec)
        for position, label in labels.items():
            task = labelling.item(package, position).studio_task
            assert task is not None
            self.studio.annotate(task, to_result(spec, {}, Annotation(labels=(label,))), 2.5)


@pytest.fixture
def office(labelled: Labelled, labelstudio: RunningStudio) -> Office:
    return Office(labelled, labelstudio.client())


def test_what_is_drawn_is_submitted_returned_mended_and_approved(office: Office) -> None:
    olga, anna = office.person("olga", Role.DEVELOPER), office.person("anna")
    rita = office.person("rita")
    olga.create_campaign(DATASET, spec={"audit": {"share": 1.0}})
    package = olga.assign_package(olga.label_packages(DATASET).packages[0].id, "anna").id
    assert anna.open_package(package).url
    office.draw(package, {1: "fault", 2: "praise", 3: "question"})
    with pytest.raises(Conflict, match="4"):
        anna.submit_package(package)
    office.draw(package, {4: "fault"})
    assert anna.submit_package(package).audited == 4
    office.draw(package, {1: "praise"})  # too late: nobody sees it before it is returned
    assert rita.label_items(package).items[0].labels == ("fault",)
    for position in (1, 2, 3):
        rita.review_item(package, position, approved=True)
    rita.review_item(package, 4, approved=False, comment="a question")
    assert rita.audit_package(package, "has_errors").state == "returned"
    assert olga.sync_campaign(DATASET) == r.LabellingSync(packages=1, new=0)
    office.draw(package, {4: "question"})
    assert anna.submit_package(package).audited == 1
    rita.review_item(package, 4, approved=True)
    assert rita.audit_package(package, "passed").state == "passed"
    said = {one.sample_id: one.labels for one in rita.label_items(package).items}
    assert said == {
        "w0": ("fault",), "w1": ("praise",), "w2": ("question",), "w3": ("question",),
    }  # fmt: skip
    (row,) = [one for one in olga.labelling_people(DATASET) if one.name == "anna"]
    assert (row.items, row.approved, row.rejected, row.seconds) == (4, 4, 1, 2.5)
    assert olga.campaign(DATASET).approved_samples == 4


def test_nothing_is_submitted_unseen(office: Office) -> None:
    olga = office.person("olga", Role.DEVELOPER)
    olga.create_campaign(DATASET)
    package = olga.assign_package(olga.label_packages(DATASET).packages[0].id, "anna").id
    office.draw(package, dict.fromkeys((1, 2, 3, 4), "fault"))
    away = Studio("http://127.0.0.1:9", "t", "postgresql+psycopg2://a:b@127.0.0.1:9/none")
    office.labelled.installation.__dict__["studio"] = away
    with pytest.raises(Unavailable):
        office.person("anna").submit_package(package)
    office.labelled.installation.__dict__["studio"] = office.studio
    assert office.person("anna").submit_package(package).state == "submitted"
    away.close()
