"""Labelling: campaigns, packages, what people said of samples, and how well they agree."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import Field

from aileron.client.records.browse import DatasetSample
from aileron.client.records.common import Asked, Permissions, Record
from aileron.core.names import Name

MOST_ITEMS: Final = 1000
"""Items of one page: as many as a package can have."""
MOST_PACKAGES: Final = 1000
COMMENT_LENGTH: Final = 2000
CampaignState = Literal["open", "ended"]
PackageState = Literal[
    "unassigned", "assigned", "labelling", "submitted", "auditing", "returned", "passed", "ended"
]
ItemState = Literal[
    "open", "draft", "labelled", "aside", "submitted", "approved", "excluded", "rejected"
]  # fmt: skip
AuditOutcome = Literal["passed", "has_errors", "rejected"]
LabellingPart = Literal["label", "audit"]


class CreateCampaign(Asked):
    """A dataset version to be labelled."""

    dataset: Name
    version: int | None = Field(None, ge=1, description="default: the latest")
    name: Name | None = Field(None, description="default: the dataset's with a number behind it")
    spec: dict[str, Any] = Field(
        default_factory=dict, description="fields of labels.yaml that are to be others this time"
    )


class AssignPackage(Asked):
    """Who is to label a package."""

    annotator: str = Field(min_length=1, max_length=200, description="a person's name")


class DuePackage(Asked):
    """Until when a package is to be submitted."""

    deadline: datetime | None = Field(description="null: no deadline of its own")


class SubmitPackage(Asked):
    """A package is handed in."""

    unchanged: bool = Field(
        False, description="also rejected items that are as they were, for they are right"
    )


class SetAside(Asked):
    """An item that cannot be labelled."""

    reason: str = Field(
        min_length=1, max_length=COMMENT_LENGTH, description="why; reviewers read it"
    )


class ReviewItem(Asked):
    """A reviewer's verdict on one item."""

    approved: bool
    comment: str = Field(
        "", max_length=COMMENT_LENGTH, description="what is wrong; needed for a rejection"
    )
    revision: int | None = Field(
        None, description="number of the one that was looked at; refused if there is a newer one"
    )


class AuditPackage(Asked):
    """What comes of a package's audit."""

    outcome: AuditOutcome = Field(
        description="passed: all is approved; has_errors: it goes back, but for the items that "
        "were approved one by one; rejected: the whole package goes back"
    )
    comment: str = Field("", max_length=COMMENT_LENGTH)


class Adjudicate(Asked):
    """Whose annotation of a sample counts."""

    sample_id: str = Field(min_length=1, max_length=1024)
    lane: int = Field(ge=0, description="of the package in which it was made")


class ItemCounts(Record):
    """How many items are in which state; what people wait for is `labelled` and `approved`."""

    total: int
    open: int
    draft: int
    labelled: int
    aside: int = Field(description="set aside by their annotators, who could not label them")
    submitted: int
    approved: int
    excluded: int = Field(description="set aside, and a reviewer agreed")
    rejected: int


class PackageCounts(Record):
    """How many packages are in which state."""

    total: int
    unassigned: int
    assigned: int
    labelling: int
    submitted: int
    auditing: int
    returned: int
    passed: int
    ended: int


class CampaignBrief(Record):
    """A campaign in a few words."""

    id: int
    project: str
    name: str
    dataset: str
    version: int
    task: str
    tool: str | None
    state: CampaignState
    samples: int
    overlap: int
    items: ItemCounts
    packages: PackageCounts
    approved_samples: int = Field(description="with an approved annotation: what a version gets")
    excluded_samples: int = Field(description="that cannot be labelled: no version gets them")
    disagreements: int = Field(description="samples whose annotators do not agree, still open")
    deadline: datetime | None
    overdue: bool
    created_by: str
    created: datetime
    ended: datetime | None


class Campaign(CampaignBrief):
    """A campaign with its specification."""

    spec: dict[str, Any] = Field(description="`labels.yaml` as it holds for this campaign")
    annotators: tuple[str, ...]
    reviewers: tuple[str, ...]
    agreement: float | None = Field(
        description="between annotators; null without overlap or too early"
    )
    agreement_measure: str | None
    synced: datetime | None = Field(description="when what was drawn was last looked at")
    permissions: Permissions


class LabelPackage(Record):
    """Samples of a campaign for one person."""

    id: int
    campaign: str
    dataset: str
    number: int
    lane: int
    state: PackageState
    annotator: str | None
    size: int
    items: ItemCounts
    audited: int = Field(description="items of the present audit")
    reviewed: int = Field(description="those of them that have a verdict")
    round: int = Field(description="how often it was submitted")
    deadline: datetime | None
    overdue: bool
    assigned: datetime | None
    submitted: datetime | None
    finished: datetime | None
    comment: str | None = Field(description="what the last audit said")
    mine: LabellingPart | None = Field(description="what the asker can do with it now")


class PackagePage(Record):
    """Some packages, by number and lane."""

    total: int
    packages: tuple[LabelPackage, ...]


class LabelItem(Record):
    """A sample in a package."""

    position: int
    sample_id: str
    state: ItemState
    verdict: Literal["approved", "rejected"] | None = Field(
        None, description="in the present audit; it holds when that ends"
    )
    skipped: bool = Field(False, description="skipped in Label Studio")
    aside: str | None = Field(None, description="why it cannot be labelled; null: it is not aside")
    revision: int = Field(description="number of the newest; 0: nobody said anything yet")
    audited: bool
    labels: tuple[str, ...] = Field((), description="names in the newest annotation")
    comment: str | None = None
    reviewer: str | None = None
    seconds: float | None = None


class ItemPage(Record):
    """Items of a package from `offset` on."""

    total: int
    items: tuple[LabelItem, ...]


class ItemRevision(Record):
    """What somebody said of an item, drawn on its sample."""

    number: int
    sample: DatasetSample
    aside: str | None = Field(None, description="why it cannot be labelled: then nothing is drawn")
    by: str
    at: datetime
    verdict: Literal["approved", "rejected"] | None
    comment: str | None
    reviewer: str | None


class LabelItemDetail(LabelItem):
    """An item with all that was said of it, for reviewers to compare."""

    package: int
    dataset: str
    version: int
    sample: DatasetSample = Field(description="as the dataset version has it")
    revisions: tuple[ItemRevision, ...] = Field(description="the newest first")
    permissions: Permissions


class Disagreement(Record):
    """A sample that its annotators did not label alike."""

    sample_id: str
    sample: DatasetSample
    lanes: tuple[ItemRevision, ...] = Field(description="the approved one of each lane, in order")
    agreement: float | None


class DisagreementPage(Record):
    """Samples that an adjudicator is to decide on."""

    total: int
    disagreements: tuple[Disagreement, ...]


class LabellingPerson(Record):
    """What one person did in a campaign."""

    name: str
    packages: int
    items: int = Field(description="items that the person labelled")
    approved: int
    rejected: int = Field(description="times that an item was rejected")
    reviewed: int = Field(description="verdicts given, as a reviewer")
    seconds: float | None = Field(description="median time for an item")
    agreement: float | None = Field(description="with the consensus; null without overlap")


class SuggestedClass(Record):
    """What became of the suggestions of one class."""

    name: str
    suggested: int
    kept: int = Field(description="people said the same of the same thing")
    final: int = Field(description="what people said in the end, suggested or not")
    precision: float | None = Field(description="the share of suggestions that people kept")
    recall: float | None = Field(description="the share of what people said that was suggested")


class SuggestionFigures(Record):
    """What people made of the suggestions of one model version, in approved items."""

    model_version: str
    items: int
    unchanged: int = Field(description="items in which nothing was changed")
    agreement: float = Field(description="mean likeness of suggestion and annotation, 0 to 1")
    kappa: float | None = Field(description="with chance taken off; of samples with one label")
    score_kept: float | None = Field(description="mean score of those that were not changed")
    score_changed: float | None
    classes: tuple[SuggestedClass, ...]


class LabellingSpec(Record):
    """What a campaign of a dataset version would be begun with."""

    dataset: str
    version: int
    spec: dict[str, Any] = Field(
        description="`labels.yaml`, with what it leaves out as the dataset has it"
    )


class LabellingLink(Record):
    """Where a package is labelled; good for a minute and once."""

    url: str


class LabellingSync(Record):
    """What a look at what was drawn found."""

    packages: int
    new: int = Field(description="annotations that were new or changed")


class Publication(Record):
    """The run that makes the next version of the dataset."""

    run_id: str
    lifecycle: str
    samples: int = Field(description="whose approved annotations are new, or changed since")
    published: int = Field(0, description="left as they are: this campaign published them before")
    left_out: int = Field(0, description="approved, and not in the dataset's latest version")
