"""What is done with a campaign and with packages as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.core.names import check_name
from aileron.label.spec import LabelSpec
from aileron.label.work import assigning, settling
from aileron.label.work.actor import Actor, spec_of
from aileron.ledger import Campaign, CampaignState, Package


class Managing(Actor):
    """Creating campaigns, handing out their packages, and ending them."""

    def create(
        self,
        name: str,
        dataset: str,
        version: int,
        spec: LabelSpec | Mapping[str, Any],
        sample_ids: Sequence[str],
        *,
        seed: int = 0,
        deadline: datetime | None = None,
    ) -> Campaign:
        """Begin to label samples of a dataset version; nobody has a package yet.

        Args:
            spec: complete, as `aileron.label.spec.complete` gives it.
            deadline: default: as many hours from now as the spec says.

        Raises:
            InvalidInput: there is no sample, or one is there twice; `name` is none.
            Conflict: another campaign has the name.
        """
        if not isinstance(spec, LabelSpec):
            spec = LabelSpec.model_validate(spec)
        if not sample_ids:
            raise InvalidInput("label.work.no_samples", campaign=name)
        if len(set(sample_ids)) != len(sample_ids):
            raise InvalidInput("label.work.sample_twice", campaign=name)
        if deadline is None and spec.hours is not None:
            deadline = datetime.now(UTC) + timedelta(hours=spec.hours)
        return self._ledger.create(
            self._project, check_name(name), dataset, version, spec.to_json(), sample_ids,
            package_size=spec.package_size, overlap=spec.overlap, seed=seed,
            deadline=_in_time(deadline),
        )  # fmt: skip

    def distribute(self, campaign: str) -> list[Package]:
        """Give packages that nobody has to annotators, as the campaign says.

        Returns:
            Those that somebody has now; none of a campaign that assigns by hand.
        """
        with self._ledger.holding(self._project, campaign) as held:
            return assigning.distribute(held, spec_of(held))

    def assign(self, package: int, annotator: str) -> Package:
        """Give a package that nobody has to somebody.

        Raises:
            Conflict: somebody has it, or `annotator` labels its samples in another lane.
        """
        with self._ledger.holding_package(self._project, package) as held:
            spec_of(held)
            return assigning.assign(held, annotator)

    def transfer(self, package: int, annotator: str) -> Package:
        """Give a package to somebody else, who goes on where the first one was.

        Raises:
            Conflict: it is not at work, or `annotator` labels its samples in another lane.
        """
        with self._ledger.holding_package(self._project, package) as held:
            spec_of(held)
            return assigning.transfer(held, annotator)

    def set_deadline(self, package: int, deadline: datetime | None) -> Package:
        """Set a package's own deadline; None: the campaign's holds."""
        deadline = _in_time(deadline)
        with self._ledger.holding_package(self._project, package) as held:
            spec_of(held)
            before = {"deadline": _shown(held.package.deadline)}
            held.change_package(deadline=deadline)
            held.tell_package("label_package.deadline_set", before, {"deadline": _shown(deadline)})
            return held.package

    def set_campaign_deadline(self, campaign: str, deadline: datetime | None) -> Campaign:
        """Set the deadline of all packages that have none of their own."""
        deadline = _in_time(deadline)
        with self._ledger.holding(self._project, campaign) as held:
            spec_of(held)
            before = {"deadline": _shown(held.campaign.deadline)}
            held.change(deadline=deadline)
            held.tell("campaign.deadline_set", before, {"deadline": _shown(deadline)})
            return held.campaign

    def settle(self, campaign: str) -> int:
        """Seek the consensus of samples that are settled in all lanes; of how many.

        Packages do this themselves when an audit ends: it is for what was left undone, also
        after the campaign has ended.
        """
        found = 0
        for number in self._ledger.unsettled(self._ledger.campaign(self._project, campaign)):
            with self._ledger.holding(self._project, campaign, alone=False) as held:
                found += settling.settle(held, number, spec_of(held, ended=True))
        return found

    def end(self, campaign: str) -> Campaign:
        """Freeze a campaign for good; what is approved stays so. Ending again does nothing.

        What annotators do not agree on can still be decided.
        """
        with self._ledger.holding(self._project, campaign) as held:
            if held.campaign.state is CampaignState.ENDED:
                return held.campaign
            now = held.now()
            left = held.end_packages(now)
            held.change(state=CampaignState.ENDED, ended=now, ended_by=self._actor)
            after = {"state": CampaignState.ENDED, "packages_ended": left}
            held.tell("campaign.ended", {"state": CampaignState.OPEN}, after)
            return held.campaign

    def delete(self, campaign: str) -> list[int]:
        """Forget a campaign, with all that was said in it; versions that were made of it stay.

        Returns:
            Its projects in Label Studio, which nobody needs any more.
        """
        with self._ledger.holding(self._project, campaign) as held:
            projects = [one.studio_project for one in held.packages()]
            told = {"dataset": held.campaign.dataset, "samples": held.campaign.samples}
            held.tell("campaign.deleted", told, None)
            held.delete()
            return [one for one in projects if one is not None]


def _in_time(deadline: datetime | None) -> datetime | None:
    """A deadline with its zone, which is UTC if it has none."""
    if deadline is None:
        return None
    deadline = deadline if deadline.tzinfo else deadline.replace(tzinfo=UTC)
    if deadline <= datetime.now(UTC):
        raise InvalidInput("label.work.deadline_over", deadline=deadline.isoformat())
    return deadline


def _shown(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
