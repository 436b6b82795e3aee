"""One exception hierarchy; each error says what happened, where, and what to do.

An error carries a message id and values, not a sentence: the sentence is rendered at
the edge (terminal, HTTP, task log) in the reader's language. The sentences live in a
``messages.toml`` beside the package that raises them: the id ``store.no_space`` is the
table ``[no_space]`` of ``aileron/store/messages.toml``, and ``data.formats.no_box`` one of
``aileron/data/formats/messages.toml``.
"""

from __future__ import annotations

import importlib.resources
import importlib.util
import os
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any, ClassVar, Literal, Self

Language = Literal["en", "zh"]
"""Languages in which every sentence exists."""


class AileronError(Exception):
    """Base of all errors that Aileron raises on purpose.

    Args:
        message_id: ``package.name``, a table of that package's ``messages.toml``.
        where: file with line, URL, or subject that the error is about.
        values: what the sentence's placeholders stand for; JSON-serialisable.
    """

    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    """Whether the same call may succeed later with nothing changed by the user."""

    def __init__(self, message_id: str, /, *, where: str | None = None, **values: Any) -> None:
        self.message_id = message_id
        self.where = where
        self.values = values
        super().__init__(message_id)

    def __str__(self) -> str:
        return self.render()

    def __reduce__(self) -> tuple[Any, ...]:
        return (AileronError.from_dict, (self.to_dict(),))

    def render(self, language: Language | None = None) -> str:
        """The sentence: what happened, where, what to do."""
        return told(self.to_dict(), language)

    def to_dict(self) -> dict[str, Any]:
        """A JSON form that `from_dict` turns back into the same error."""
        return {
            "kind": type(self).__name__,
            "message_id": self.message_id,
            "where": self.where,
            "values": self.values,
        }

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> AileronError:
        """Rebuild an error that crossed a process boundary."""
        kind = _KINDS.get(data["kind"], AileronError)
        return kind(data["message_id"], where=data["where"], **data["values"])

    def at(self, where: str) -> Self:
        """The same error, said to be at `where`."""
        self.where = where
        return self


class InvalidInput(AileronError):
    """What the user gave cannot be used."""

    http_status = 400


class Refused(AileronError):
    """The caller may not do this, or a rule forbids it."""

    http_status = 403


class NotFound(AileronError):
    """The named thing does not exist."""

    http_status = 404


class Conflict(AileronError):
    """Someone else changed the thing first."""

    http_status = 409


class StepFailed(AileronError):
    """A step ran and did not succeed."""


class Unavailable(AileronError):
    """A server or a resource that is needed does not answer or is used up."""

    http_status = 503
    retryable = True


_KINDS: dict[str, type[AileronError]] = {
    kind.__name__: kind
    for kind in (AileronError, InvalidInput, Refused, NotFound, Conflict, StepFailed, Unavailable)
}


def preferred_language() -> Language:
    """The reader's language: ``AILERON_LANG``, else the locale, else English."""
    wanted = (
        os.environ.get("AILERON_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    )
    return "zh" if wanted.lower().startswith("zh") else "en"


def sentence(message_id: str, language: Language | None = None, /, **values: Any) -> str:
    """Render message `message_id`; a missing placeholder value is a programming error.

    A value that is itself a message in its JSON form, or a list of them, is rendered with it.
    """
    package, _, name = message_id.rpartition(".")
    texts = messages(package)[name]
    language = language or preferred_language()
    shown = {name: _shown(value, language) for name, value in values.items()}
    return texts[language].format_map(shown)


def told(message: Mapping[str, Any], language: Language | None = None) -> str:
    """A message in its JSON form as a sentence.

    Args:
        message: `message_id` and `values`; maybe `where`; and maybe `sentence`, as it was said
            first, which stands for a message that is not known here (of another version, of a
            step that is not installed any more) or that there never was.
    """
    try:
        text = sentence(message["message_id"], language, **message["values"])
    except (KeyError, ValueError, ModuleNotFoundError):
        if "sentence" not in message:
            raise
        return str(message["sentence"])
    where = message.get("where")
    return f"{where}: {text}" if where else text


def _shown(value: Any, language: Language) -> Any:
    """What stands for a placeholder's value."""
    if isinstance(value, Mapping) and value.keys() & {"message_id", "sentence"}:
        return told(value, language)
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        return " ".join(str(_shown(item, language)) for item in value)
    return value


@cache
def messages(package: str) -> Mapping[str, Mapping[Language, str]]:
    """The sentences of ``aileron.<package>``, or of a third party's package of that name.

    Name -> language -> text, from ``messages.toml`` in the package.
    """
    text = package_files(package).joinpath("messages.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def package_files(package: str) -> Traversable:
    """The folder of ``aileron.<package>``, or of a third party's package of that name."""
    ours = importlib.util.find_spec(f"aileron.{package}")
    return importlib.resources.files(f"aileron.{package}" if ours is not None else package)
