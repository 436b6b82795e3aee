"""The three kinds of step, and what each promises.

A **component** is pure: its outputs follow from config, inputs, code and environment, so
they are cached; it runs in a runner that has no platform credentials. An **effect**
changes the outside world: it is never cached, can observe whether it already happened,
and can be undone. A **wait** waits for people or events without holding a worker.

Each is one class with a pydantic config, declared ports and a version number. From the
class come YAML validation, JSON Schema, the trigger form, CLI flags, its docs page and the
cache key. Third parties add one by a class and an entry point of group ``aileron.steps``.

The module of a step must import in milliseconds: heavy libraries are imported inside
`run`, `observe` and `apply`, which only a runner's child process calls.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from aileron.core.ports import Port

if TYPE_CHECKING:
    from aileron.core.settings import Settings

StepKind = Literal["component", "effect", "wait"]
Record = Mapping[str, Any]
"""What an effect or a wait reports: a small JSON object."""


class StepConfig(BaseModel):
    """Base of all step configs: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoOptions(StepConfig):
    """There is nothing to choose."""


ConfigT = TypeVar("ConfigT", bound=StepConfig)


class Context(Protocol):
    """What a component sees of the platform."""

    @property
    def seed(self) -> int:
        """Seed of every random choice of this step."""

    @property
    def work(self) -> Path:
        """Scratch directory, empty at the start, removed after the step."""

    @property
    def checkpoint(self) -> Path:
        """A directory that outlives a try that failed or was killed, for a step that resumes.

        The next try with the same config, inputs, code and seed finds what this one left
        there; once the step has succeeded it is removed. The step makes it when it wants it,
        and writes a file aside and renames it, because it may be killed at any time.
        """

    def output(self, port: str) -> Path:
        """A path that does not exist yet; the step makes a directory there."""

    def log(self, message: str) -> None:
        """Write one line to the step's log."""

    def metric(self, name: str, value: float, step: int = 0) -> None:
        """Record a point of a curve (training round `step`)."""


class EffectContext(Protocol):
    """What an effect sees of the platform: settings with credentials, and who asks."""

    @property
    def settings(self) -> Settings: ...

    @property
    def project(self) -> str: ...

    @property
    def lifecycle(self) -> str: ...

    @property
    def run_id(self) -> str:
        """The run that asks; part of no idempotency key."""

    @property
    def actor(self) -> str: ...

    @property
    def key(self) -> str:
        """The idempotency key: the same for the same effect, whatever the run."""

    @property
    def git_commit(self) -> str | None:
        """Commit of the workspace when the run was planned; part of no key either."""

    @property
    def work(self) -> Path: ...

    def log(self, message: str) -> None: ...


class Step(ABC):
    """What the three kinds share: identity, config and ports."""

    kind: ClassVar[StepKind]
    name: ClassVar[str]
    """``stage.verb``, such as ``train.xgboost``; unique among installed steps."""
    version: ClassVar[int]
    """Raised with every change of the step's code that can change its outputs."""
    title: ClassVar[Mapping[str, str]]
    """Display name by language, ``{"en": ..., "zh": ...}``."""
    Config: ClassVar[type[StepConfig]]
    inputs: ClassVar[Mapping[str, Port]] = {}
    outputs: ClassVar[Mapping[str, Port]] = {}
    records_refusals: ClassVar[bool] = False
    """Whether it runs right after a gate that said no, too: to record that, not to act on it."""


class Component(Step, Generic[ConfigT]):
    """A pure step."""

    kind = "component"

    @abstractmethod
    def run(
        self, context: Context, config: ConfigT, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        """Turn `inputs` (port -> directory, read-only) into outputs (port -> directory).

        An optional input that is not connected is absent from `inputs`.

        Raises:
            InvalidInput: the data or config cannot be used; the sentence says why.
        """


class Effect(Step, Generic[ConfigT]):
    """A step that changes the outside world, at most once per idempotency key."""

    kind = "effect"

    @abstractmethod
    def observe(
        self, context: EffectContext, config: ConfigT, inputs: Mapping[str, Path]
    ) -> Record | None:
        """The record of this effect if the world already shows it, else None. Changes nothing."""

    @abstractmethod
    def apply(self, context: EffectContext, config: ConfigT, inputs: Mapping[str, Path]) -> Record:
        """Make it so. Safe to call again after a crash at any point."""

    @abstractmethod
    def undo(self, context: EffectContext, config: ConfigT, record: Record) -> None:
        """Take back what `record` says was done. Undoing twice changes nothing more."""


class Wait(Step, Generic[ConfigT]):
    """A step that waits without holding a worker."""

    kind = "wait"
    poll_seconds: ClassVar[float] = 5.0

    @abstractmethod
    def ready(
        self, context: EffectContext, config: ConfigT, inputs: Mapping[str, Path]
    ) -> Record | None:
        """What was waited for, or None while it has not come. Changes nothing."""

    def deliver(
        self,
        context: EffectContext,  # noqa: ARG002
        config: ConfigT,  # noqa: ARG002
        inputs: Mapping[str, Path],  # noqa: ARG002
        record: Record,  # noqa: ARG002
    ) -> Mapping[str, Path]:
        """What came with `record`, for outputs that are no records: port -> directory.

        It may also close what was waited for, such as a campaign: it is called once the wait is
        over, and again if it failed or its outputs were lost, so closing twice must be closing.
        """
        return {}
