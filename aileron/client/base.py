"""What can be done with an installation, whether it is on this machine or another.

The verbs are the same in Python, in the terminal and over HTTP. Each method is one question
or one act and answers with frozen records of `aileron.client.records`. Every method raises

- `NotFound` if what it is about does not exist,
- `InvalidInput` if what was given cannot be used,
- `Refused` if the caller's role is too low, naming the role needed,
- `Unavailable` if a server that is needed does not answer.

Two implementations pass one conformance suite: `LocalClient` and `RemoteClient`.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from aileron.client import records as r
from aileron.client.algorithms import AlgorithmVerbs
from aileron.client.catalogue import CatalogueVerbs
from aileron.client.drafts import DraftVerbs
from aileron.client.images import ImageVerbs
from aileron.client.jobs import JobVerbs
from aileron.client.labelling import LabellingVerbs
from aileron.client.pools import PoolVerbs
from aileron.client.sources import SourceVerbs
from aileron.client.sweeping import SweepVerbs
from aileron.client.works import WorkVerbs
from aileron.core.access import Role

POLL_SECONDS: Final = 0.4


class Client(
    AlgorithmVerbs,
    CatalogueVerbs,
    SourceVerbs,
    DraftVerbs,
    WorkVerbs,
    PoolVerbs,
    ImageVerbs,
    JobVerbs,
    LabellingVerbs,
    SweepVerbs,
):
    """One installation, seen by one person or program. A context manager."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Give connections back. Using the client again opens new ones."""

    # The whole

    @abstractmethod
    def session(self) -> r.Session:
        """Who is asking, and what they may do."""

    @abstractmethod
    def overview(self) -> r.Overview:
        """What runs, what waits for a person, what is broken and what to do about it."""

    @abstractmethod
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
        """The newest changes first: who did what to what; of all, or of those asked for.

        Args:
            subject: ``noun:name``, as the events say it: ``champion:default/pumps``.
            verb: ``noun.participle``, as the events say it, or the noun alone.
            actor: who did it.
            since: the earliest time; without an offset it is UTC.
            until: the first time that is too late; without an offset it is UTC.
        """

    @abstractmethod
    def event(self, number: int) -> r.Event:
        """One change by its id, of a project of the asker's."""

    # Lifecycles and runs

    @abstractmethod
    def lifecycles(self) -> tuple[r.LifecycleBrief, ...]:
        """All lifecycles and pipelines, each with its last and its next run."""

    @abstractmethod
    def lifecycle(self, name: str) -> r.Lifecycle:
        """One lifecycle with its stages and the form that starts a run."""

    @abstractmethod
    def runs(self, lifecycle: str, limit: int = 50) -> tuple[r.RunRow, ...]:
        """The newest runs of `lifecycle`, newest first."""

    @abstractmethod
    def start(
        self, lifecycle: str, values: Mapping[str, Any] | None = None, *, force: bool = False
    ) -> r.RunBrief:
        """Start a run through the scheduler; returns at once.

        Args:
            values: dotted path -> value: ``{"train.parameters.max_depth": 4}``.
            force: run every step anew, whatever the cache holds.

        Raises:
            InvalidInput: a value does not fit; nothing was started.
        """

    @abstractmethod
    def run(self, run_id: str) -> r.Run:
        """One run; `run_id` is ``project/lifecycle/airflow_run_id``."""

    @abstractmethod
    def stop_run(self, run_id: str) -> r.Run:
        """Let a run end as ``stopped``; returns at once, while it may still be running.

        The step that runs gets SIGTERM and its grace; what it leaves and its log are kept.

        Raises:
            Conflict: it is over.
        """

    @abstractmethod
    def compare_runs(self, lifecycle: str, runs: Sequence[str]) -> r.RunComparison:
        """Runs (Airflow's ids, 2 to 10 of them) side by side, line by line."""

    @abstractmethod
    def node_log(self, run_id: str, node: str, offset: int = 0) -> r.LogPiece:
        """What stage `node` logged from byte `offset` on, while it runs too."""

    @abstractmethod
    def run_report(self, run_id: str) -> str:
        """The evaluation of a run as one page of HTML."""

    @abstractmethod
    def run_validation(self, run_id: str) -> str:
        """The validation of a run's data as one page of HTML."""

    def follow(self, run_id: str, every: float = POLL_SECONDS) -> Iterator[r.Run]:
        """Yield the run whenever something in it changed; ends with the run."""
        seen: r.Run | None = None
        while seen is None or not seen.finished:
            now = self.run(run_id)
            if now != seen:
                yield now
            seen = now
            if not now.finished:
                time.sleep(every)

    # Approvals

    @abstractmethod
    def approvals(self) -> tuple[r.Approval, ...]:
        """The runs that wait for a person's decision, the longest waiting first."""

    @abstractmethod
    def answer(self, run_id: str, *, approved: bool, comment: str = "") -> r.Decision:
        """Decide on a run that waits.

        Raises:
            Conflict: it was decided before.
        """

    # Models

    @abstractmethod
    def models(self) -> tuple[r.ModelBrief, ...]:
        """All models, each with its champion."""

    @abstractmethod
    def model(self, name: str) -> r.Model:
        """One model with its versions, verdicts and releases."""

    @abstractmethod
    def compare_versions(self, name: str, a: int, b: int) -> r.VersionComparison:
        """Versions `a` and `b` of a model, line by line."""

    @abstractmethod
    def version_report(self, name: str, version: int) -> str:
        """The evaluation of a version as one page of HTML."""

    @abstractmethod
    def promote(self, name: str, version: int, expected_fence: int | None = None) -> r.Champion:
        """Make `version` the champion and let it serve; takes some seconds.

        Args:
            expected_fence: of the champion that was seen; None takes whichever is there.

        Raises:
            Conflict: another became champion meanwhile; says which version, by whom.
        """

    @abstractmethod
    def rollback(self, name: str, expected_fence: int | None = None) -> r.Champion:
        """Let the previous champion serve again; otherwise like `promote`."""

    # Services

    @abstractmethod
    def services(self) -> tuple[r.ServiceBrief, ...]:
        """All services with state and address."""

    @abstractmethod
    def service(self, name: str) -> r.Service:
        """One service with its revisions, its traffic and what it takes."""

    @abstractmethod
    def service_logs(
        self, name: str, revision: int | None = None, lines: int = 100, after: int | None = None
    ) -> r.ServiceLog:
        """The last `lines` of a revision's log, or what came after byte `after`.

        Args:
            revision: its number; None is the newest.
        """

    @abstractmethod
    def sample(self, name: str) -> r.Sample:
        """A request that the service was checked with."""

    @abstractmethod
    def try_service(self, name: str, body: Any, path: str = "predict") -> r.TryAnswer:
        """Send `body` as JSON through the gateway; an answer of any status is returned."""

    @abstractmethod
    def stop_service(self, name: str) -> r.ServiceBrief:
        """Stop a service; its address stays and says that it is stopped."""

    @abstractmethod
    def start_service(self, name: str) -> r.ServiceBrief:
        """Start a service again."""

    @abstractmethod
    def scale_service(self, name: str, replicas: int) -> r.ServiceBrief:
        """Give a service on a cluster so many pods; none is restarted."""

    @abstractmethod
    def delete_service(self, name: str) -> None:
        """Forget a stopped service; a release makes it anew."""

    # Datasets

    @abstractmethod
    def diff_dataset(self, name: str, a: int, b: int) -> r.DatasetDiff:
        """What changed from version `a` to version `b`: columns, rows, labels."""

    @abstractmethod
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
        """Samples of a version (default: the newest) of pictures, texts or recordings.

        Args:
            part: train, validation or test; ``none`` is those without a part.
            label: of the sample, or of a thing that is drawn on it or marked in it.
            annotated: whether somebody looked at it.
            search: words that are all in the id, the text, the labels or the attributes.
            offset: the first of those samples.
            limit: at most 200.

        Raises:
            InvalidInput: the dataset is a table, which has `rows`.
            Unavailable: a large version is being looked into for the first time; ask again.
        """

    @abstractmethod
    def medium(
        self, name: str, version: int | None, sample_id: str, size: r.MediumSize = "full"
    ) -> r.Medium:
        """The picture or recording of a sample: as it was imported, or a smaller JPEG."""

    @abstractmethod
    def rows(
        self, name: str, version: int | None = None, *, offset: int = 0, limit: int = 50
    ) -> r.RowPage:
        """Rows of a version (default: the newest) of a table; at most 200."""

    @abstractmethod
    def vocabulary(self, name: str, version: int | None = None) -> r.Vocabulary:
        """The columns and labels of a version (default: the newest): what options may name."""

    @abstractmethod
    def dataset_profile(self, name: str, version: int | None = None) -> Mapping[str, Any]:
        """What the samples or columns of a version (default: the newest) are like.

        The document that `aileron.data.quality.profile` describes.

        Raises:
            NotFound: no run has profiled the version.
        """

    @abstractmethod
    def dataset_report(self, name: str, version: int | None = None) -> str:
        """The profile of a version (default: the newest) as one page of HTML."""

    # Steps

    @abstractmethod
    def components(self) -> tuple[r.ComponentBrief, ...]:
        """The installed steps."""

    @abstractmethod
    def component(self, name: str) -> r.Component:
        """One step with its ports and the JSON Schema of its configuration."""

    # Tokens

    @abstractmethod
    def tokens(self) -> tuple[r.Token, ...]:
        """All tokens without their secrets, the newest first."""

    @abstractmethod
    def create_token(
        self, name: str, role: Role, project: str | None = None, days: int | None = 90
    ) -> r.MadeToken:
        """Make a token; its secret is shown this once.

        Args:
            project: the only project it is for; None is all.
            days: how long it is good; None is without end.
        """

    @abstractmethod
    def revoke_token(self, token_id: str) -> r.Token:
        """Make a token worthless from now on; doing it again changes nothing."""
