"""`LocalClient`: each verb handed to the module that knows it."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from aileron.client import records as r
from aileron.client.base import Client
from aileron.client.local import (
    approvals,
    browse,
    changes,
    compare,
    datasets,
    lifecycles,
    models,
    platform,
    runs,
    services,
)
from aileron.client.local.algorithms import LocalAlgorithms
from aileron.client.local.browsing.browser import BUILD_SECONDS
from aileron.client.local.browsing.index import Wanted
from aileron.client.local.catalogue_client import LocalCatalogue
from aileron.client.local.drafts import LocalDrafts
from aileron.client.local.images import LocalImages
from aileron.client.local.installation import Installation, Scope
from aileron.client.local.jobs import LocalJobs
from aileron.client.local.labelling import LocalLabelling, items
from aileron.client.local.pools import LocalPools
from aileron.client.local.sources import LocalSources
from aileron.client.local.sweeping import LocalSweeping
from aileron.core.access import Actor, Role
from aileron.core.errors import Language, preferred_language
from aileron.core.settings import Settings


class LocalClient(
    LocalAlgorithms,
    LocalCatalogue,
    LocalSources,
    LocalDrafts,
    LocalPools,
    LocalImages,
    LocalJobs,
    LocalLabelling,
    LocalSweeping,
    Client,
):
    """An installation from its own machine.

    Args:
        installation: shared by many clients, as the API has it; closing one closes it.
        actor: who asks; default: the user of this process, who holds the ledger's password
            and so is an administrator.
        project: default: the actor's, else ``default``.
    """

    def __init__(
        self,
        installation: Installation,
        actor: Actor | None = None,
        project: str | None = None,
        language: Language | None = None,
        identity: Literal["token", "airflow", "local"] = "local",
    ) -> None:
        actor = actor or Actor(name=getpass.getuser(), role=Role.ADMIN)
        language = language or preferred_language()
        self._identity = identity
        self._scope = Scope(installation, actor, project or actor.home_project, language)

    @classmethod
    def of(cls, settings: Settings, project: str | None = None) -> LocalClient:
        """A client of that installation, in the name of this process's user."""
        return cls(Installation(settings, patience=BUILD_SECONDS), project=project)

    def close(self) -> None:
        self._scope.installation.close()

    def session(self) -> r.Session:
        return platform.session(self._scope, self._identity)

    def overview(self) -> r.Overview:
        return platform.overview(self._scope)

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
        return changes.events(
            self._scope, limit, subject=subject, verb=verb, actor=actor, since=since, until=until
        )

    def event(self, number: int) -> r.Event:
        return changes.event(self._scope, number)

    def lifecycles(self) -> tuple[r.LifecycleBrief, ...]:
        return lifecycles.lifecycles(self._scope)

    def lifecycle(self, name: str) -> r.Lifecycle:
        return lifecycles.lifecycle(self._scope, name)

    def runs(self, lifecycle: str, limit: int = 50) -> tuple[r.RunRow, ...]:
        return runs.runs(self._scope, lifecycle, limit)

    def start(
        self, lifecycle: str, values: Mapping[str, Any] | None = None, *, force: bool = False
    ) -> r.RunBrief:
        return lifecycles.start(self._scope, lifecycle, values or {}, force=force)

    def run(self, run_id: str) -> r.Run:
        return runs.run(self._scope, run_id)

    def stop_run(self, run_id: str) -> r.Run:
        return runs.stop_run(self._scope, run_id)

    def compare_runs(self, lifecycle: str, runs: Sequence[str]) -> r.RunComparison:
        return compare.compare_runs(self._scope, lifecycle, runs)

    def node_log(self, run_id: str, node: str, offset: int = 0) -> r.LogPiece:
        return runs.node_log(self._scope, run_id, node, offset)

    def run_report(self, run_id: str) -> str:
        return runs.run_report(self._scope, run_id)

    def run_validation(self, run_id: str) -> str:
        return runs.run_validation(self._scope, run_id)

    def approvals(self) -> tuple[r.Approval, ...]:
        return approvals.approvals(self._scope)

    def answer(self, run_id: str, *, approved: bool, comment: str = "") -> r.Decision:
        return approvals.answer(self._scope, run_id, approved=approved, comment=comment)

    def models(self) -> tuple[r.ModelBrief, ...]:
        return models.models(self._scope)

    def model(self, name: str) -> r.Model:
        return models.model(self._scope, name)

    def compare_versions(self, name: str, a: int, b: int) -> r.VersionComparison:
        return compare.compare_versions(self._scope, name, a, b)

    def version_report(self, name: str, version: int) -> str:
        return models.version_report(self._scope, name, version)

    def promote(self, name: str, version: int, expected_fence: int | None = None) -> r.Champion:
        return models.promote(self._scope, name, version, expected_fence)

    def rollback(self, name: str, expected_fence: int | None = None) -> r.Champion:
        return models.rollback(self._scope, name, expected_fence)

    def services(self) -> tuple[r.ServiceBrief, ...]:
        return services.services(self._scope)

    def service(self, name: str) -> r.Service:
        return services.service(self._scope, name)

    def service_logs(
        self, name: str, revision: int | None = None, lines: int = 100, after: int | None = None
    ) -> r.ServiceLog:
        return services.logs(self._scope, name, revision, lines, after)

    def sample(self, name: str) -> r.Sample:
        return services.sample(self._scope, name)

    def try_service(self, name: str, body: Any, path: str = "predict") -> r.TryAnswer:
        return services.try_service(self._scope, name, body, path)

    def stop_service(self, name: str) -> r.ServiceBrief:
        return services.stop(self._scope, name)

    def start_service(self, name: str) -> r.ServiceBrief:
        return services.start(self._scope, name)

    def scale_service(self, name: str, replicas: int) -> r.ServiceBrief:
        return services.scale(self._scope, name, replicas)

    def delete_service(self, name: str) -> None:
        services.delete(self._scope, name)

    def diff_dataset(self, name: str, a: int, b: int) -> r.DatasetDiff:
        return datasets.diff(self._scope, name, a, b)

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
        wanted = Wanted(part, label, annotated, search)
        return browse.samples(self._scope, name, version, wanted, offset, limit)

    def medium(
        self, name: str, version: int | None, sample_id: str, size: r.MediumSize = "full"
    ) -> r.Medium:
        return items.medium(self._scope, name, version, sample_id, size)

    def rows(
        self, name: str, version: int | None = None, *, offset: int = 0, limit: int = 50
    ) -> r.RowPage:
        return browse.rows(self._scope, name, version, offset, limit)

    def vocabulary(self, name: str, version: int | None = None) -> r.Vocabulary:
        return browse.vocabulary(self._scope, name, version)

    def dataset_profile(self, name: str, version: int | None = None) -> Mapping[str, Any]:
        return browse.profile(self._scope, name, version)

    def dataset_report(self, name: str, version: int | None = None) -> str:
        return browse.report(self._scope, name, version)

    def components(self) -> tuple[r.ComponentBrief, ...]:
        return platform.components()

    def component(self, name: str) -> r.Component:
        return platform.component(name)

    def tokens(self) -> tuple[r.Token, ...]:
        return platform.tokens(self._scope)

    def create_token(
        self, name: str, role: Role, project: str | None = None, days: int | None = 90
    ) -> r.MadeToken:
        return platform.create_token(self._scope, name, role, project, days)

    def revoke_token(self, token_id: str) -> r.Token:
        return platform.revoke_token(self._scope, token_id)
