"""Messages of dialogues by all the names that tools give to their fields and roles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from aileron.data.formats.documents import field
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import Turn

TURNS_FIELD: Final = "turns"
Role = Literal["system", "user", "assistant"]
ROLES: Final[Mapping[str, Role]] = {
    "system": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bot": "assistant",
    "model": "assistant",
}
DIALOGUES: Final = ("messages", "conversations", "conversation")
QUESTIONS: Final = ("instruction", "prompt")
ANSWERS: Final = ("output", "response", "completion")
DIALOGUE_FIELDS: Final = frozenset((*DIALOGUES, *QUESTIONS, *ANSWERS, "input", "system", "history"))
_SPEAKER: Final = ("role", "from")
_WORDS: Final = ("content", "value")


def is_dialogue(names: Collection[str]) -> bool:
    """Whether fields of these names make a dialogue in one of the common styles."""
    rows = any(name in names for name in QUESTIONS) and any(name in names for name in ANSWERS)
    return rows or any(name in names for name in DIALOGUES)


def is_waiting(turns: Sequence[Turn]) -> bool:
    """Whether a dialogue is one question that waits for its answer."""
    return len(turns) == 1 and turns[0].role == "user"


def dialogue_of(row: Mapping[str, Any]) -> tuple[Turn, ...]:
    """The dialogue of a row of messages, of ShareGPT or of Alpaca.

    Raises:
        Fault: it is none, or says nothing.
    """
    system = row.get("system")
    before = (Turn("system", field(row, "system", str)),) if system else ()
    name = next((name for name in DIALOGUES if name in row), None)
    if name is not None:
        turns = (*before, *turns_of(field(row, name, list)))
    else:
        turns = (*before, *_history(row), *_question(row))
    if not any(turn.role != "system" and turn.content.strip() for turn in turns):
        raise Fault("no_text")
    return turns


def _history(row: Mapping[str, Any]) -> Iterator[Turn]:
    for pair in field(row, "history", list) if row.get("history") else ():
        if not (
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(s, str) for s in pair)
        ):
            raise Fault("wrong_field", field="history", found=str(pair)[:60], wanted='[["", ""]]')
        yield Turn("user", pair[0])
        yield Turn("assistant", pair[1])


def _question(row: Mapping[str, Any]) -> Iterator[Turn]:
    """Alpaca's instruction and input make one question, a line apart, as its trainers do."""
    name = next((name for name in QUESTIONS if name in row), QUESTIONS[0])
    question: str = field(row, name, str)
    if row.get("input"):
        question = f"{question}\n{field(row, 'input', str)}" if question else row["input"]
    yield Turn("user", question)
    answer = next((name for name in ANSWERS if row.get(name) not in (None, "")), None)
    if answer is not None:
        yield Turn("assistant", field(row, answer, str))


def turns_of(messages: Sequence[Any]) -> tuple[Turn, ...]:
    """The messages of a dialogue, as OpenAI's chat format or ShareGPT has them.

    Raises:
        Fault: one of them is none.
    """
    return tuple(_turn(message) for message in messages)


def _turn(message: Any) -> Turn:
    if not isinstance(message, dict):
        raise Fault("no_object", found=str(message)[:60])
    role, words = _first(message, _SPEAKER), _first(message, _WORDS)
    if not isinstance(role, str) or role.lower() not in ROLES:
        raise Fault("unknown_role", found=str(role)[:60])
    if not isinstance(words, str):
        raise Fault("wrong_field", field=_WORDS[0], found=str(words)[:60], wanted="text")
    return Turn(ROLES[role.lower()], words)


def _first(message: Mapping[str, Any], names: Sequence[str]) -> Any:
    for name in names:
        if name in message:
            return message[name]
    raise Fault("missing_field", field=names[0])
