"""What labelling keeps, as values: campaigns, packages, items, revisions, consensus."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from aileron.ledger.database import Record


class CampaignState(StrEnum):
    """Whether anything may still be said."""

    OPEN = "open"
    ENDED = "ended"


class PackageState(StrEnum):
    """Where a package is on its way."""

    UNASSIGNED = "unassigned"
    ASSIGNED = "assigned"
    LABELLING = "labelling"
    SUBMITTED = "submitted"
    """It waits for a reviewer."""
    AUDITING = "auditing"
    """A reviewer has given a verdict."""
    RETURNED = "returned"
    """To its annotator, after an audit."""
    PASSED = "passed"
    ENDED = "ended"
    """Its campaign ended before it passed."""


class ItemState(StrEnum):
    """What is true of a sample in a package."""

    OPEN = "open"
    DRAFT = "draft"
    """Begun, but not handed over yet."""
    LABELLED = "labelled"
    ASIDE = "aside"
    """Its annotator says that it cannot be labelled."""
    SUBMITTED = "submitted"
    """Labelled or set aside: `Item.aside` says which."""
    APPROVED = "approved"
    """For good: nothing changes it any more."""
    EXCLUDED = "excluded"
    """A reviewer agreed that it cannot be labelled; for good, too."""
    REJECTED = "rejected"
    """It waits for another annotation."""


class Verdict(StrEnum):
    """What a reviewer says of a revision."""

    APPROVED = "approved"
    REJECTED = "rejected"


class How(StrEnum):
    """How one annotation came of several lanes."""

    MAJORITY = "majority"
    ADJUDICATED = "adjudicated"
    OPEN = "open"
    """It waits for an adjudicator. In all other ways no annotation means: it is left out."""


AT_WORK: Final = frozenset({PackageState.ASSIGNED, PackageState.LABELLING, PackageState.RETURNED})
"""States in which an annotator may change a package."""
IN_AUDIT: Final = frozenset({PackageState.SUBMITTED, PackageState.AUDITING})
"""States in which a package waits for reviewers."""
SETTLED: Final = frozenset({ItemState.APPROVED, ItemState.EXCLUDED})
"""States in which nothing changes an item any more."""


class Campaign(Record):
    """The labelling of a dataset version."""

    id: int
    project: str
    name: str
    dataset: str
    version: int
    spec: dict[str, Any]
    """The complete label specification, as `aileron.label.spec.LabelSpec` has it."""
    state: CampaignState
    samples: int
    overlap: int
    """How many people label each sample."""
    seed: int
    created_by: str
    created: datetime
    deadline: datetime | None
    ended: datetime | None
    ended_by: str | None


class Package(Record):
    """Samples of a campaign for one annotator."""

    id: int
    campaign_id: int
    number: int
    """From 1. Packages of one number, in different lanes, hold the same samples."""
    lane: int
    state: PackageState
    annotator: str | None
    studio_project: int | None
    """None: it was not handed out yet."""
    size: int
    round: int
    """How often it was submitted."""
    comment: str | None
    """What the last audit said of the whole package."""
    deadline: datetime | None
    """Its own; None: the campaign's holds."""
    assigned: datetime | None
    submitted: datetime | None
    finished: datetime | None
    observed: datetime | None
    """When what was drawn was last looked at."""

    @property
    def changeable(self) -> bool:
        """Whether its annotator may work on it now."""
        return self.state in AT_WORK


class Item(Record):
    """A sample in a package."""

    id: int
    campaign_id: int
    package_id: int
    lane: int
    position: int
    """From 1 within the package."""
    sample_id: str
    studio_task: int | None
    state: ItemState
    skipped: bool
    """Where it is drawn somebody skipped it, which is no annotation."""
    aside: str | None
    """Why it cannot be labelled; None: nobody says so."""
    revision: int
    """Number of the newest; 0: there is none."""
    annotation: dict[str, Any] | None
    """What was drawn last; None also if it was deleted where it was drawn."""
    digest: str | None
    """Of the newest revision, even if that was deleted."""
    by: str | None
    """Who made the newest revision."""
    seconds: float | None
    audited: bool
    """Whether reviewers are to look at it in the present audit."""
    verdict: Verdict | None
    """In the present audit; it takes effect when that ends."""
    comment: str | None
    """What the last reviewer said; kept until the item is approved."""
    reviewer: str | None
    agreement: float | None
    """With the consensus of its sample, 0 to 1; None without one."""


class ItemRevision(Record):
    """What somebody said of an item at some time."""

    item_id: int
    number: int
    annotation: dict[str, Any] | None
    """None: it was set aside."""
    aside: str | None
    """Why it cannot be labelled; None: it is labelled."""
    digest: str
    by: str
    at: datetime
    verdict: Verdict | None
    comment: str | None
    reviewer: str | None
    reviewed: datetime | None


class Consensus(Record):
    """The one annotation of a sample that several people labelled."""

    campaign_id: int
    sample_id: str
    annotation: dict[str, Any] | None
    how: How
    agreement: float | None
    """Between the lanes, 0 to 1."""
    by: str | None
    """Who decided, if somebody did."""
    at: datetime


class Progress(Record):
    """How far a campaign is."""

    items: dict[ItemState, int]
    packages: dict[PackageState, int]
    approved: int
    """Samples with an annotation that a dataset version may have."""
    excluded: int
    """Samples that cannot be labelled, as was found: no version gets anything of them."""
    disagreements: int
    """Samples that wait for an adjudicator."""
    agreement: float | None
    """Mean of the lanes' agreement, 0 to 1; None without any."""
    overdue: int
    """Packages that were not submitted in time."""
    observed: datetime | None
    """When what was drawn was last looked at, in any package."""


class PackageCount(Record):
    """How many items of a package are in which state."""

    items: dict[ItemState, int]
    audited: int
    reviewed: int


class Person(Record):
    """What somebody did in a campaign."""

    name: str
    packages: int = 0
    """Theirs now."""
    items: int = 0
    """Of which they made the newest revision."""
    approved: int = 0
    rejected: int = 0
    """Revisions of theirs that were rejected."""
    reviewed: int = 0
    """Verdicts that they gave."""
    seconds: float | None = None
    """Median of an item."""
    agreement: float | None = None
    """Mean agreement with the consensus."""
