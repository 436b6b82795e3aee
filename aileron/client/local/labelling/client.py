"""The verbs of labelling, each handed to the module that knows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from aileron.client import records as r
from aileron.client.labelling import PAGE, LabellingVerbs
from aileron.client.local.installation import Scope
from aileron.client.local.labelling import campaigns, items, packages, publishing


class LocalLabelling(LabellingVerbs):
    """What `LocalClient` inherits."""

    _scope: Scope

    def create_campaign(
        self,
        dataset: str,
        version: int | None = None,
        *,
        name: str | None = None,
        spec: Mapping[str, Any] | None = None,
    ) -> r.Campaign:
        return campaigns.create(self._scope, dataset, version, name, spec or {})

    def labelling_spec(self, dataset: str, version: int | None = None) -> r.LabellingSpec:
        return campaigns.spec(self._scope, dataset, version)

    def campaigns(self, *, ended: bool = False) -> tuple[r.CampaignBrief, ...]:
        return campaigns.listed(self._scope, ended=ended)

    def campaign(self, name: str) -> r.Campaign:
        return campaigns.show(self._scope, name)

    def distribute_campaign(self, name: str) -> r.Campaign:
        return campaigns.distribute(self._scope, name)

    def end_campaign(self, name: str) -> r.Campaign:
        return campaigns.end(self._scope, name)

    def delete_campaign(self, name: str) -> None:
        campaigns.delete(self._scope, name)

    def sync_campaign(self, name: str) -> r.LabellingSync:
        return campaigns.sync(self._scope, name)

    def labelling_people(self, name: str) -> tuple[r.LabellingPerson, ...]:
        return campaigns.people(self._scope, name)

    def labelling_suggestions(self, name: str) -> tuple[r.SuggestionFigures, ...]:
        return campaigns.suggestions(self._scope, name)

    def label_packages(
        self,
        campaign: str | None = None,
        *,
        annotator: str | None = None,
        state: r.PackageState | None = None,
        offset: int = 0,
        limit: int = PAGE,
    ) -> r.PackagePage:
        return packages.listed(self._scope, campaign, annotator, state, offset, limit)

    def my_labelling(self) -> r.PackagePage:
        return packages.mine(self._scope)

    def label_package(self, package: int) -> r.LabelPackage:
        return packages.show(self._scope, package)

    def assign_package(self, package: int, annotator: str) -> r.LabelPackage:
        return packages.assign(self._scope, package, annotator)

    def transfer_package(self, package: int, annotator: str) -> r.LabelPackage:
        return packages.transfer(self._scope, package, annotator)

    def due_package(self, package: int, deadline: datetime | None) -> r.LabelPackage:
        return packages.due(self._scope, package, deadline)

    def open_package(self, package: int) -> r.LabellingLink:
        return packages.open_link(self._scope, package)

    def submit_package(self, package: int, *, unchanged: bool = False) -> r.LabelPackage:
        return packages.submit(self._scope, package, unchanged=unchanged)

    def label_items(
        self, package: int, *, audited: bool = False, offset: int = 0, limit: int = PAGE
    ) -> r.ItemPage:
        return items.listed(self._scope, package, audited, offset, limit)

    def label_item(self, package: int, position: int) -> r.LabelItemDetail:
        return items.show(self._scope, package, position)

    def set_item_aside(self, package: int, position: int, reason: str) -> r.LabelItemDetail:
        return items.set_aside(self._scope, package, position, reason)

    def take_item_back(self, package: int, position: int) -> r.LabelItemDetail:
        return items.take_back(self._scope, package, position)

    def review_item(
        self,
        package: int,
        position: int,
        *,
        approved: bool,
        comment: str = "",
        revision: int | None = None,
    ) -> r.LabelItemDetail:
        said = {"approved": approved, "comment": comment, "revision": revision}
        return items.review(self._scope, package, position, said)

    def audit_package(
        self, package: int, outcome: r.AuditOutcome, comment: str = ""
    ) -> r.LabelPackage:
        return packages.audit(self._scope, package, outcome, comment)

    def disagreements(
        self, campaign: str, offset: int = 0, limit: int = PAGE
    ) -> r.DisagreementPage:
        return items.disagreements(self._scope, campaign, offset, limit)

    def adjudicate(self, campaign: str, sample_id: str, lane: int) -> r.Campaign:
        return campaigns.adjudicate(self._scope, campaign, sample_id, lane)

    def export_labels(self, campaign: str, target: Path) -> int:
        return publishing.export(self._scope, campaign, target)

    def publish_campaign(self, name: str) -> r.Publication:
        return publishing.publish(self._scope, name)
