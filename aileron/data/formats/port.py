"""A format of annotated data: how it is recognised, read and written.

Formats read a `Tree` (a folder, a zip or a tar) and never the disk, and write to a `Sink`, so
that each is written once for all containers. One conformance suite holds them to what they
declare to keep.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Generic, Protocol, Self, TypeVar

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase
from aileron.data.formats.problems import Problems
from aileron.data.formats.records import (
    AudioSample,
    ImageSample,
    Label,
    Modality,
    SeriesSample,
    Task,
    TextSample,
)
from aileron.data.formats.traits import Keep, Trait

S = TypeVar("S", ImageSample, TextSample, AudioSample, SeriesSample)


class Tree(Protocol):
    """Files by their relative paths, with ``/``: a folder, a zip or a tar."""

    @property
    def name(self) -> str:
        """Of the folder or the archive, for messages."""

    def paths(self) -> Sequence[str]:
        """Of all files, sorted; links, and what systems leave behind, are not among them."""

    def size(self, path: str) -> int:
        """Bytes of a file."""

    def head(self, path: str, count: int = 65536) -> bytes:
        """The first `count` bytes of a file, or all of a shorter one."""

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            InvalidInput: the archive is damaged here, or the file is too large to be one.
        """

    def open(self, path: str) -> BinaryIO:
        """The file as a stream that can be read from any place, for those too large to hold.

        Raises:
            InvalidInput: the archive is damaged here.
        """


class Sink(Protocol):
    """Where the files of an export go: a folder, a zip or a tar."""

    def write(self, path: str, content: bytes) -> None:
        """Make the file `path`; a path is written once."""


def _no_medium(sample: object) -> bytes:
    raise TypeError(f"{type(sample).__name__} has no medium")


@dataclass(frozen=True)
class Reading(Generic[S]):
    """What a source holds. `samples` is read as it is consumed, and only once."""

    task: Task
    labels: tuple[Label, ...]
    """The classes in the order of the format; those that it does not list come as they are met,
    and `known` says so."""
    samples: Iterator[S]
    known: bool = True
    """Whether `labels` is complete; False: classes are what the samples say, sorted."""
    media: Callable[[S], bytes] | None = None
    """The bytes of a sample's medium, of formats that keep many media in one file; None:
    `Tree.read` of its `media` has them."""
    notes: tuple[Phrase, ...] = ()
    """What was found out and taken for granted, for the user to check: an encoding."""


@dataclass(frozen=True)
class Writing(Generic[S]):
    """What is to be written, and how to get at the bytes of a sample's medium."""

    task: Task
    labels: tuple[Label, ...]
    samples: Iterable[S]
    """In order of sample id; may be read several times."""
    media: Callable[[S], bytes] = _no_medium
    """The bytes of a picture or a recording, whose sample id is a path with a suffix."""
    name: str = "dataset"


class Format(ABC, Generic[S]):
    """One format, in both directions."""

    name: ClassVar[str]
    title: ClassVar[Mapping[str, str]]
    modality: ClassVar[Modality]
    tasks: ClassVar[tuple[Task, ...]]
    """What it can say, the most common one first."""
    keeps: ClassVar[Mapping[Trait, Keep]]
    """A cell for each trait of its modality."""
    layout: ClassVar[str]
    """Its files, for the documentation: paths with placeholders, one a line."""
    source: ClassVar[str]
    """Where the format is defined."""
    options: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """What a user may choose: option -> its values, the default first."""

    fallback: ClassVar[bool] = False
    """Whether it is taken only where no other fits, since it asks so little of its files."""

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        self._chosen = dict(chosen or {})

    def with_options(self, chosen: Mapping[str, str]) -> Self:
        """This format with some of its `options` chosen.

        Raises:
            InvalidInput: there is no such option, or no such value; says which there are.
        """
        for option, value in chosen.items():
            if option not in self.options:
                hint = suggestion(option, tuple(self.options))
                raise InvalidInput(
                    "data.formats.no_option", format=self.name, option=option, hint=hint
                )
            if value not in self.options[option]:
                hint = suggestion(value, self.options[option])
                raise InvalidInput("data.formats.no_value", option=option, value=value, hint=hint)
        return type(self)({**self._chosen, **chosen})

    def option(self, name: str) -> str:
        """The chosen value of an option, or its default."""
        return self._chosen.get(name, self.options[name][0])

    def wanted(self, task: Task | None, default: Task) -> Task:
        """The task that the user wants of it, `default` if they named none.

        Raises:
            InvalidInput: the format cannot say that.
        """
        if task is not None and task not in self.tasks:
            shown = task.replace("_", " ")
            raise InvalidInput("data.formats.other_task", format=self.name, task=shown)
        return task or default

    @abstractmethod
    def recognises(self, tree: Tree) -> bool:
        """Whether `tree` is of this format: from names and a look into one file at most."""

    @abstractmethod
    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[S]:
        """What `tree` holds; a sample that cannot be used becomes a problem, and is left out.

        Args:
            task: what the user wants of it; None: the format's own, or what the files show.

        Raises:
            InvalidInput: the whole cannot be read: no such file, not the format, wrong encoding.
        """

    @abstractmethod
    def write(self, writing: Writing[S], sink: Sink) -> None:
        """Write all samples. What `keeps` calls refused has been refused before."""
