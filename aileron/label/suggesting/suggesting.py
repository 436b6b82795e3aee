"""Suggestions for the samples of a package, before people see them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aileron.core.errors import AileronError
from aileron.core.settings import Settings
from aileron.label.interface.tasks import prediction
from aileron.label.spec import LabelSpec
from aileron.label.suggesting.allowed import check_allowed
from aileron.label.suggesting.asked_backend import ask_backend
from aileron.label.suggesting.asked_service import ask_service
from aileron.label.suggesting.measure import Corrections, corrections
from aileron.label.suggesting.services import ImageServices
from aileron.label.suggesting.suggestion import Media, Suggested
from aileron.ledger import Campaign, Item, Ledger, Package
from aileron.store import Store

SECONDS: Final = 20.0
"""What one package may take; samples that are left then have no suggestion."""
log = logging.getLogger(__name__)


class Suggesting:
    """Suggests labels, as label specs say. Threads may share one."""

    def __init__(
        self, settings: Settings, ledger: Ledger, store: Store, seconds: float = SECONDS
    ) -> None:
        self.services = ImageServices(ledger, store)
        self._settings = settings
        self._ledger = ledger
        self._seconds = seconds

    def check(self, project: str, spec: LabelSpec) -> None:
        """Return if what `spec` wants suggestions of can give them; asked when a campaign begins.

        Args:
            spec: complete.

        Raises:
            NotFound, InvalidInput: its service cannot; says which can.
            Refused: its address is not allowed.
        """
        if spec.suggestions is None:
            return
        if spec.suggestions.service is not None:
            self.services.check(project, spec.suggestions.service, spec)
        if spec.suggestions.url is not None:
            check_allowed(self._settings.workspace, spec.suggestions.url)

    def suggest(
        self, project: str, spec: LabelSpec, samples: Sequence[Mapping[str, Any]], media: Media
    ) -> Suggested:
        """A suggestion for each of `samples`, or the reason why there is none.

        It raises no error of ours, and takes less than a minute, as nothing more is asked when
        20 seconds are over: people can label without suggestions.

        Args:
            spec: complete.
            samples: the JSON of samples; a package of them.
            media: gives the bytes of a sample that is no text.
        """
        if spec.suggestions is None or not samples:
            return Suggested((None,) * len(samples))
        try:
            found = self._ask(project, spec, samples, media)
        except AileronError as error:
            found = Suggested((None,) * len(samples), error)
        if found.problem is not None:
            log.warning("suggestions in project %s: %s", project, found.problem.render("en"))
        return found

    def for_package(
        self,
        campaign: Campaign,
        package: Package,
        items: Sequence[Item],
        bodies: Mapping[str, Mapping[str, Any]],
        media: Media,
    ) -> dict[int, dict[str, Any]]:
        """Position -> the prediction with which its task is made; kept in the ledger, too.

        Items that somebody has labelled get none, nor do those that the dataset itself suggests
        labels for. It raises no error of ours but that the ledger is away.

        Args:
            bodies: id -> the JSON of a sample.
        """
        spec = LabelSpec.model_validate(campaign.spec)
        if spec.suggestions is None:
            return {}
        waiting = [one for one in items if _waits(spec, one, bodies)]
        samples = [bodies[one.sample_id] for one in waiting]
        found = self.suggest(campaign.project, spec, samples, media)
        made = {
            item.position: one
            for item, one in zip(waiting, found.suggestions, strict=True)
            if one is not None
        }
        said = {position: one.to_json() for position, one in made.items()}
        self._ledger.label_suggestions.keep(package, said)
        self._tell(campaign, package, found)
        return {position: one.prediction() for position, one in made.items()}

    def measure(self, campaign: Campaign) -> list[Corrections]:
        """What people made of suggestions in approved items, by model version."""
        spec = LabelSpec.model_validate(campaign.spec)
        return corrections(spec, self._ledger.label_suggestions.answered(campaign))

    def _tell(self, campaign: Campaign, package: Package, suggested: Suggested) -> None:
        name = f"{campaign.project}/{campaign.name}"
        self._ledger.events.append(
            campaign.project,
            self._ledger.author.actor,
            "label_package.suggested",
            f"label_package:{name}/{package.id}",
            None,
            suggested.to_json(),
            f"campaign:{name}",
        )

    def _ask(
        self, project: str, spec: LabelSpec, samples: Sequence[Mapping[str, Any]], media: Media
    ) -> Suggested:
        self.check(project, spec)
        asked = spec.suggestions
        if asked is not None and asked.url is not None:
            return ask_backend(asked.url, spec, samples, media, self._seconds)
        name = (asked and asked.service) or ""
        return ask_service(
            self.services,
            self.services.find(project, name),
            self._settings.gateway_url,
            spec,
            samples,
            media,
            self._seconds,
        )


def _waits(spec: LabelSpec, item: Item, bodies: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a model is asked about an item."""
    body = bodies.get(item.sample_id)
    if body is None or item.annotation is not None:
        return False
    return spec.existing != "suggestion" or prediction(spec, body) is None
