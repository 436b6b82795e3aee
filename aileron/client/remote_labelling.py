"""The verbs of labelling over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aileron.client import records as r
from aileron.client.asking import Asking
from aileron.client.labelling import PAGE, LabellingVerbs
from aileron.core.documents import check_values


class RemoteLabelling(Asking, LabellingVerbs):
    """What `RemoteClient` inherits."""

    def create_campaign(
        self,
        dataset: str,
        version: int | None = None,
        *,
        name: str | None = None,
        spec: Mapping[str, Any] | None = None,
    ) -> r.Campaign:
        given = {"dataset": dataset, "version": version, "name": name, "spec": dict(spec or {})}
        body = check_values(r.CreateCampaign, given)
        return self._send("POST", r.Campaign, "labelling/campaigns", body)

    def labelling_spec(self, dataset: str, version: int | None = None) -> r.LabellingSpec:
        return self._get(r.LabellingSpec, "labelling/spec", dataset=dataset, version=version)

    def campaigns(self, *, ended: bool = False) -> tuple[r.CampaignBrief, ...]:
        query = {"ended": "true"} if ended else {}
        return self._get(tuple[r.CampaignBrief, ...], "labelling/campaigns", **query)

    def campaign(self, name: str) -> r.Campaign:
        return self._get(r.Campaign, _campaign(name))

    def distribute_campaign(self, name: str) -> r.Campaign:
        return self._send("POST", r.Campaign, _campaign(name, "distribute"))

    def end_campaign(self, name: str) -> r.Campaign:
        return self._send("POST", r.Campaign, _campaign(name, "end"))

    def delete_campaign(self, name: str) -> None:
        self._sent("DELETE", _campaign(name), None, {})

    def sync_campaign(self, name: str) -> r.LabellingSync:
        return self._send("POST", r.LabellingSync, _campaign(name, "sync"))

    def labelling_people(self, name: str) -> tuple[r.LabellingPerson, ...]:
        return self._get(tuple[r.LabellingPerson, ...], _campaign(name, "people"))

    def labelling_suggestions(self, name: str) -> tuple[r.SuggestionFigures, ...]:
        return self._get(tuple[r.SuggestionFigures, ...], _campaign(name, "suggestions"))

    def label_packages(
        self,
        campaign: str | None = None,
        *,
        annotator: str | None = None,
        state: r.PackageState | None = None,
        offset: int = 0,
        limit: int = PAGE,
    ) -> r.PackagePage:
        which = {"campaign": campaign, "annotator": annotator, "state": state}
        return self._get(r.PackagePage, "labelling/packages", **which, offset=offset, limit=limit)

    def my_labelling(self) -> r.PackagePage:
        return self._get(r.PackagePage, "labelling/mine")

    def label_package(self, package: int) -> r.LabelPackage:
        return self._get(r.LabelPackage, _package(package))

    def assign_package(self, package: int, annotator: str) -> r.LabelPackage:
        body = check_values(r.AssignPackage, {"annotator": annotator})
        return self._send("POST", r.LabelPackage, _package(package, "assign"), body)

    def transfer_package(self, package: int, annotator: str) -> r.LabelPackage:
        body = check_values(r.AssignPackage, {"annotator": annotator})
        return self._send("POST", r.LabelPackage, _package(package, "transfer"), body)

    def due_package(self, package: int, deadline: datetime | None) -> r.LabelPackage:
        body = r.DuePackage(deadline=deadline)
        return self._send("POST", r.LabelPackage, _package(package, "due"), body)

    def open_package(self, package: int) -> r.LabellingLink:
        return self._send("POST", r.LabellingLink, _package(package, "open"))

    def submit_package(self, package: int, *, unchanged: bool = False) -> r.LabelPackage:
        body = r.SubmitPackage(unchanged=unchanged)
        return self._send("POST", r.LabelPackage, _package(package, "submit"), body)

    def label_items(
        self, package: int, *, audited: bool = False, offset: int = 0, limit: int = PAGE
    ) -> r.ItemPage:
        query = {"audited": "true"} if audited else {}
        path = _package(package, "items")
        return self._get(r.ItemPage, path, **query, offset=offset, limit=limit)

    def label_item(self, package: int, position: int) -> r.LabelItemDetail:
        return self._get(r.LabelItemDetail, _package(package, f"items/{position}"))

    def set_item_aside(self, package: int, position: int, reason: str) -> r.LabelItemDetail:
        body = check_values(r.SetAside, {"reason": reason})
        path = _package(package, f"items/{position}/aside")
        return self._send("POST", r.LabelItemDetail, path, body)

    def take_item_back(self, package: int, position: int) -> r.LabelItemDetail:
        path = _package(package, f"items/{position}/back")
        return self._send("POST", r.LabelItemDetail, path)

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
        body = check_values(r.ReviewItem, said)
        path = _package(package, f"items/{position}/review")
        return self._send("POST", r.LabelItemDetail, path, body)

    def audit_package(
        self, package: int, outcome: r.AuditOutcome, comment: str = ""
    ) -> r.LabelPackage:
        body = check_values(r.AuditPackage, {"outcome": outcome, "comment": comment})
        return self._send("POST", r.LabelPackage, _package(package, "audit"), body)

    def disagreements(
        self, campaign: str, offset: int = 0, limit: int = PAGE
    ) -> r.DisagreementPage:
        path = _campaign(campaign, "disagreements")
        return self._get(r.DisagreementPage, path, offset=offset, limit=limit)

    def adjudicate(self, campaign: str, sample_id: str, lane: int) -> r.Campaign:
        body = check_values(r.Adjudicate, {"sample_id": sample_id, "lane": lane})
        return self._send("POST", r.Campaign, _campaign(campaign, "adjudicate"), body)

    def export_labels(self, campaign: str, target: Path) -> int:
        self._fetch(_campaign(campaign, "labels"), {}, target)
        with target.open("rb") as file:
            return sum(1 for _ in file)

    def publish_campaign(self, name: str) -> r.Publication:
        return self._send("POST", r.Publication, _campaign(name, "publish"))


def _campaign(name: str, rest: str = "") -> str:
    path = f"labelling/campaigns/{quote(name, safe='')}"
    return f"{path}/{rest}" if rest else path


def _package(number: int, rest: str = "") -> str:
    path = f"labelling/packages/{number}"
    return f"{path}/{rest}" if rest else path
