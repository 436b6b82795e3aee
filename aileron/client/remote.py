"""The verbs over HTTP: the same questions put to another machine's `aileron.api`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from aileron.client import records as r
from aileron.client.asking import MEDIUM, run_path
from aileron.client.base import Client
from aileron.client.remote_algorithms import RemoteAlgorithms
from aileron.client.remote_catalogue import RemoteCatalogue
from aileron.client.remote_drafts import RemoteDrafts
from aileron.client.remote_images import RemoteImages
from aileron.client.remote_jobs import RemoteJobs
from aileron.client.remote_labelling import RemoteLabelling
from aileron.client.remote_pools import RemotePools
from aileron.client.remote_sources import RemoteSources
from aileron.client.remote_sweeping import RemoteSweeping
from aileron.core.access import Role


class RemoteClient(
    RemoteAlgorithms,
    RemoteCatalogue,
    RemoteSources,
    RemoteDrafts,
    RemotePools,
    RemoteImages,
    RemoteJobs,
    RemoteLabelling,
    RemoteSweeping,
    Client,
):
    """An installation on another machine; made as `Asking`."""

    def session(self) -> r.Session:
        return self._get(r.Session, "session")

    def overview(self) -> r.Overview:
        return self._get(r.Overview, "overview")

    def events(
        self,
        subject: str | None = None,
        limit: int = 100,
        *,
        verb: str | None = None,
        actor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[r.Event, ...]:
        query = {"subject": subject, "verb": verb, "actor": actor, "limit": limit}
        times = {"since": since and since.isoformat(), "until": until and until.isoformat()}
        return self._get(tuple[r.Event, ...], "events", **query, **times)

    def event(self, number: int) -> r.Event:
        return self._get(r.Event, f"events/{number}")

    def lifecycles(self) -> tuple[r.LifecycleBrief, ...]:
        return self._get(tuple[r.LifecycleBrief, ...], "lifecycles")

    def lifecycle(self, name: str) -> r.Lifecycle:
        return self._get(r.Lifecycle, f"lifecycles/{_q(name)}")

    def runs(self, lifecycle: str, limit: int = 50) -> tuple[r.RunRow, ...]:
        return self._get(tuple[r.RunRow, ...], f"lifecycles/{_q(lifecycle)}/runs", limit=limit)

    def start(
        self, lifecycle: str, values: Mapping[str, Any] | None = None, *, force: bool = False
    ) -> r.RunBrief:
        body = r.Start(values=dict(values or {}), force=force)
        return self._post(r.RunBrief, f"lifecycles/{_q(lifecycle)}/runs", body)

    def run(self, run_id: str) -> r.Run:
        return self._get_of_run(r.Run, run_id)

    def stop_run(self, run_id: str) -> r.Run:
        return self._post(r.Run, f"runs/{run_path(run_id)}/stop", in_path=True)

    def compare_runs(self, lifecycle: str, runs: Sequence[str]) -> r.RunComparison:
        return self._get(r.RunComparison, f"lifecycles/{_q(lifecycle)}/compare", run=list(runs))

    def node_log(self, run_id: str, node: str, offset: int = 0) -> r.LogPiece:
        return self._get_of_run(r.LogPiece, run_id, f"/nodes/{_q(node)}/log", offset=offset)

    def run_report(self, run_id: str) -> str:
        return self._call("GET", f"runs/{run_path(run_id)}/report").text

    def run_validation(self, run_id: str) -> str:
        return self._call("GET", f"runs/{run_path(run_id)}/validation").text

    def approvals(self) -> tuple[r.Approval, ...]:
        return self._get(tuple[r.Approval, ...], "approvals")

    def answer(self, run_id: str, *, approved: bool, comment: str = "") -> r.Decision:
        body = r.Answer(approved=approved, comment=comment)
        return self._post(r.Decision, f"approvals/{run_path(run_id)}", body, in_path=True)

    def models(self) -> tuple[r.ModelBrief, ...]:
        return self._get(tuple[r.ModelBrief, ...], "models")

    def model(self, name: str) -> r.Model:
        return self._get(r.Model, f"models/{_q(name)}")

    def compare_versions(self, name: str, a: int, b: int) -> r.VersionComparison:
        return self._get(r.VersionComparison, f"models/{_q(name)}/compare", a=a, b=b)

    def version_report(self, name: str, version: int) -> str:
        path = f"models/{_q(name)}/versions/{version}/report"
        return self._call("GET", path, self._query()).text

    def promote(self, name: str, version: int, expected_fence: int | None = None) -> r.Champion:
        body = r.Promote(version=version, expected_fence=expected_fence)
        return self._post(r.Champion, f"models/{_q(name)}/promote", body)

    def rollback(self, name: str, expected_fence: int | None = None) -> r.Champion:
        body = r.Rollback(expected_fence=expected_fence)
        return self._post(r.Champion, f"models/{_q(name)}/rollback", body)

    def services(self) -> tuple[r.ServiceBrief, ...]:
        return self._get(tuple[r.ServiceBrief, ...], "services")

    def service(self, name: str) -> r.Service:
        return self._get(r.Service, f"services/{_q(name)}")

    def service_logs(
        self, name: str, revision: int | None = None, lines: int = 100, after: int | None = None
    ) -> r.ServiceLog:
        query = {"revision": revision, "lines": lines, "after": after}
        return self._get(r.ServiceLog, f"services/{_q(name)}/logs", **query)

    def sample(self, name: str) -> r.Sample:
        return self._get(r.Sample, f"services/{_q(name)}/sample")

    def try_service(self, name: str, body: Any, path: str = "predict") -> r.TryAnswer:
        return self._post(r.TryAnswer, f"services/{_q(name)}/try", r.Try(body=body, path=path))

    def stop_service(self, name: str) -> r.ServiceBrief:
        return self._post(r.ServiceBrief, f"services/{_q(name)}/stop")

    def start_service(self, name: str) -> r.ServiceBrief:
        return self._post(r.ServiceBrief, f"services/{_q(name)}/start")

    def scale_service(self, name: str, replicas: int) -> r.ServiceBrief:
        body = r.Scale(replicas=replicas)
        return self._post(r.ServiceBrief, f"services/{_q(name)}/scale", body)

    def delete_service(self, name: str) -> None:
        self._call("DELETE", f"services/{_q(name)}", self._query())

    def diff_dataset(self, name: str, a: int, b: int) -> r.DatasetDiff:
        return self._get(r.DatasetDiff, f"datasets/{_q(name)}/diff", a=a, b=b)

    def samples(
        self,
        name: str,
        version: int | None = None,
        *,
        part: str | None = None,
        label: str | None = None,
        annotated: bool | None = None,
        search: str | None = None,
        offset: int = 0,
        limit: int = 60,
    ) -> r.SamplePage:
        which = {"version": version, "part": part, "label": label, "annotated": annotated}
        query = {**which, "search": search, "offset": offset, "limit": limit}
        return self._get(r.SamplePage, f"datasets/{_q(name)}/samples", **query)

    def medium(
        self, name: str, version: int | None, sample_id: str, size: r.MediumSize = "full"
    ) -> r.Medium:
        query = self._query(version=version, sample=sample_id, size=size)
        answer = self._call("GET", f"datasets/{_q(name)}{MEDIUM}", query)
        return r.Medium(answer.content, answer.headers.get("content-type", ""))

    def rows(
        self, name: str, version: int | None = None, *, offset: int = 0, limit: int = 50
    ) -> r.RowPage:
        query = {"version": version, "offset": offset, "limit": limit}
        return self._get(r.RowPage, f"datasets/{_q(name)}/rows", **query)

    def vocabulary(self, name: str, version: int | None = None) -> r.Vocabulary:
        return self._get(r.Vocabulary, f"datasets/{_q(name)}/vocabulary", version=version)

    def dataset_profile(self, name: str, version: int | None = None) -> Mapping[str, Any]:
        return self._get(dict[str, Any], f"datasets/{_q(name)}/profile", version=version)

    def dataset_report(self, name: str, version: int | None = None) -> str:
        return self._call("GET", f"datasets/{_q(name)}/report", self._query(version=version)).text

    def components(self) -> tuple[r.ComponentBrief, ...]:
        return self._get(tuple[r.ComponentBrief, ...], "components")

    def component(self, name: str) -> r.Component:
        return self._get(r.Component, f"components/{_q(name)}")

    def tokens(self) -> tuple[r.Token, ...]:
        return self._get(tuple[r.Token, ...], "tokens")

    def create_token(
        self, name: str, role: Role, project: str | None = None, days: int | None = 90
    ) -> r.MadeToken:
        body = r.NewToken(name=name, role=role, project=project, days=days)
        return self._post(r.MadeToken, "tokens", body)

    def revoke_token(self, token_id: str) -> r.Token:
        answer = self._call("DELETE", f"tokens/{_q(token_id)}", self._query())
        return r.Token.model_validate_json(answer.content)


def _q(part: str) -> str:
    return quote(part, safe="")
