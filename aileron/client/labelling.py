"""The verbs of labelling, as part of `aileron.client.base.Client`.

A campaign has a dataset version labelled by people, in packages. What is drawn is drawn in
Label Studio, through a link of `open_package`; who does what, reviews and approves is said here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aileron.client import records as r

PAGE: Final = 50


class LabellingVerbs(ABC):
    """Creating campaigns, handing out packages, reviewing, and taking the labels out."""

    @abstractmethod
    def create_campaign(
        self,
        dataset: str,
        version: int | None = None,
        *,
        name: str | None = None,
        spec: Mapping[str, Any] | None = None,
    ) -> r.Campaign:
        """Begin to label a dataset version, as ``datasets/NAME/labels.yaml`` says.

        Unless packages are assigned by hand, the annotators have theirs at once.

        Args:
            version: default: the latest.
            name: the campaign's own in the project; default: the dataset's, with a number behind
                it where that is taken.
            spec: fields of the file that are to be others this time.

        Raises:
            InvalidInput: the specification does not fit the data or names too few annotators,
                or no sample waits for a label.
            Refused: the asker may not change the dataset.
            Conflict: another campaign has the name.
        """

    @abstractmethod
    def labelling_spec(self, dataset: str, version: int | None = None) -> r.LabellingSpec:
        """What `create_campaign` would begin with: ``labels.yaml``, completed by the dataset.

        Args:
            version: default: the latest.

        Raises:
            NotFound: there is no such dataset, or it is not for the asker.
            InvalidInput: something is wrong with the file, with line and field; or it does not
                fit the data.
            Refused: the asker may not change the dataset.
        """

    @abstractmethod
    def campaigns(self, *, ended: bool = False) -> tuple[r.CampaignBrief, ...]:
        """The project's campaigns, the newest first; with `ended` also those that have."""

    @abstractmethod
    def campaign(self, name: str) -> r.Campaign:
        """One campaign and how far it is."""

    @abstractmethod
    def distribute_campaign(self, name: str) -> r.Campaign:
        """Give packages that nobody has to its annotators, as its specification says.

        Raises:
            Conflict: it says that packages are assigned by hand.
        """

    @abstractmethod
    def end_campaign(self, name: str) -> r.Campaign:
        """Freeze it: nobody can change a label after that. What is approved stays so.

        What its annotators do not agree on can still be decided with `adjudicate`, and published.
        """

    @abstractmethod
    def delete_campaign(self, name: str) -> None:
        """Forget it, with all that people said; dataset versions that were made of it stay."""

    @abstractmethod
    def sync_campaign(self, name: str) -> r.LabellingSync:
        """Look at what was drawn now, rather than in some seconds."""

    @abstractmethod
    def labelling_people(self, name: str) -> tuple[r.LabellingPerson, ...]:
        """What each person did in the campaign, by name."""

    @abstractmethod
    def labelling_suggestions(self, name: str) -> tuple[r.SuggestionFigures, ...]:
        """How right a model's suggestions were, by model version; none without suggestions."""

    @abstractmethod
    def label_packages(
        self,
        campaign: str | None = None,
        *,
        annotator: str | None = None,
        state: r.PackageState | None = None,
        offset: int = 0,
        limit: int = PAGE,
    ) -> r.PackagePage:
        """Packages of a campaign, or of all open ones; at most 1,000."""

    @abstractmethod
    def my_labelling(self) -> r.PackagePage:
        """Packages that wait for the asker: to be labelled, or to be audited."""

    @abstractmethod
    def label_package(self, package: int) -> r.LabelPackage:
        """One package."""

    @abstractmethod
    def assign_package(self, package: int, annotator: str) -> r.LabelPackage:
        """Give a package that nobody has to somebody.

        Raises:
            InvalidInput: neither the campaign nor ``labels.yaml`` names that annotator.
            Conflict: somebody has it (`transfer_package`), or they label the same samples in
                another lane.
        """

    @abstractmethod
    def transfer_package(self, package: int, annotator: str) -> r.LabelPackage:
        """Give a package to somebody else, who goes on where the first one was.

        Raises:
            InvalidInput: neither the campaign nor ``labels.yaml`` names that annotator.
            Conflict: it is not being labelled now, or they label its samples in another lane.
            Unavailable: Label Studio does not answer: what was drawn last cannot be seen.
        """

    @abstractmethod
    def due_package(self, package: int, deadline: datetime | None) -> r.LabelPackage:
        """Set or remove a package's own deadline."""

    @abstractmethod
    def open_package(self, package: int) -> r.LabellingLink:
        """A link to label one's package, or to look into it as its reviewer.

        Raises:
            Refused: it is somebody else's.
            Unavailable: Label Studio does not run; says how to start it.
        """

    @abstractmethod
    def submit_package(self, package: int, *, unchanged: bool = False) -> r.LabelPackage:
        """Hand in one's package; it cannot be changed until a reviewer returns it.

        Args:
            unchanged: also rejected items that are as they were, for they are right.

        Raises:
            Refused: it is somebody else's.
            Conflict: items have no label yet and are not set aside; says how many.
            Unavailable: Label Studio does not answer: what was drawn last cannot be seen.
        """

    @abstractmethod
    def label_items(
        self, package: int, *, audited: bool = False, offset: int = 0, limit: int = PAGE
    ) -> r.ItemPage:
        """Items of a package; with `audited` those of the present audit. At most 1,000.

        Raises:
            Refused: the asker is not the package's annotator, nor a reviewer or developer.
        """

    @abstractmethod
    def label_item(self, package: int, position: int) -> r.LabelItemDetail:
        """One item with its revisions; raises as `label_items`."""

    @abstractmethod
    def set_item_aside(self, package: int, position: int, reason: str) -> r.LabelItemDetail:
        """Say why an item of one's package cannot be labelled, such as a blurred picture.

        It needs no label then, and a reviewer always looks at it: approved it stays out of all
        versions, rejected it comes back. So does Label Studio's own button Skip.

        Args:
            reason: for the reviewer; at most 2,000 characters.

        Raises:
            Refused: the package is somebody else's.
            Conflict: it is not being labelled now, or the item is settled.
            Unavailable: Label Studio does not answer: what was drawn last cannot be seen.
        """

    @abstractmethod
    def take_item_back(self, package: int, position: int) -> r.LabelItemDetail:
        """Label an item after all that was set aside; what was drawn of it counts again.

        Raises:
            Refused: the package is somebody else's.
            Conflict: it is not being labelled now, or the item is not aside.
            Unavailable: Label Studio does not answer: what was drawn last cannot be seen.
        """

    @abstractmethod
    def review_item(
        self,
        package: int,
        position: int,
        *,
        approved: bool,
        comment: str = "",
        revision: int | None = None,
    ) -> r.LabelItemDetail:
        """Approve or reject one item of an audit: its label, or that it was set aside.

        Args:
            revision: number of the one that was looked at; None: the newest, whatever it is.

        Raises:
            Refused: the asker labelled it, or is no reviewer of the campaign.
            InvalidInput: a rejection says nothing.
            Conflict: there is a newer revision than the one that was looked at.
        """

    @abstractmethod
    def audit_package(
        self, package: int, outcome: r.AuditOutcome, comment: str = ""
    ) -> r.LabelPackage:
        """End the audit of a package.

        Raises:
            Conflict: items of the audit have no verdict, or the outcome contradicts them.
        """

    @abstractmethod
    def disagreements(
        self, campaign: str, offset: int = 0, limit: int = PAGE
    ) -> r.DisagreementPage:
        """Samples whose annotators do not agree and nobody has decided on; at most 200.

        Raises:
            Refused: the asker is neither a reviewer of the campaign nor a developer.
        """

    @abstractmethod
    def adjudicate(self, campaign: str, sample_id: str, lane: int) -> r.Campaign:
        """Decide whose annotation of a sample counts, also after the campaign has ended.

        Choosing a lane that has set the sample aside leaves it out.

        Raises:
            Refused: the asker labelled it, or is no reviewer of the campaign.
            Conflict: it is not settled in all lanes yet.
        """

    @abstractmethod
    def export_labels(self, campaign: str, target: Path) -> int:
        """Write the approved annotations to `target`, which is new, as JSON Lines.

        Returns:
            How many samples it has.
        """

    @abstractmethod
    def publish_campaign(self, name: str) -> r.Publication:
        """Start the run that puts the approved annotations into the dataset's next version.

        What this campaign has published before is left as the dataset's latest version has it,
        unless it was decided otherwise since. So corrections of published labels stay.

        Raises:
            Conflict: nothing is approved, or all of it was published before.
        """
