"""Tagging schemes of sequence labelling: IOB2, IO, IOE and IOBES, type first or last.

Tags are kept in IOB2 with the type last (``B-PER``). IO cannot tell two neighbouring chunks of
one type apart; the others can. Schemes as in Ramshaw and Marcus 1995, and Ratinov and Roth 2009.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

Scheme = Literal["iob", "io", "ioe", "iobes"]
SCHEMES: Final[tuple[Scheme, ...]] = ("iob", "io", "ioe", "iobes")
Order = Literal["tag_first", "type_first"]
"""``B-PER``, or ``PER-B``."""
OUTSIDE: Final = "O"
_LETTERS: Final = {"iob": "BI", "io": "I", "ioe": "IE", "iobes": "BIES"}
_ENDS: Final = frozenset("ES")


class Chunk(NamedTuple):
    """Neighbouring tokens of one thing; `end` is exclusive."""

    label: str
    start: int
    end: int


def chunks(tags: Sequence[str]) -> Iterator[Chunk]:
    """The chunks of tags in IOB2; an I that continues nothing begins a chunk."""
    start, label = 0, ""
    for i, tag in enumerate((*tags, OUTSIDE)):
        letter, _, name = tag.partition("-")
        if label and (letter != "I" or name != label):
            yield Chunk(label, start, i)
            label = ""
        if letter != OUTSIDE and not label:
            start, label = i, name


def encode(tags: Sequence[str], scheme: Scheme, order: Order = "tag_first") -> list[str]:
    """Tags in IOB2 as tags of another scheme."""
    encoded = [OUTSIDE] * len(tags)
    for chunk in chunks(tags):
        for place in range(chunk.start, chunk.end):
            letter = _letter(scheme, place, chunk)
            pair = (letter, chunk.label) if order == "tag_first" else (chunk.label, letter)
            encoded[place] = "-".join(pair)
    return encoded


def decode(tags: Sequence[str], scheme: Scheme) -> list[str]:
    """Tags of `scheme`, in either order, as tags in IOB2.

    Raises:
        ValueError: a tag is none of the scheme; it is the error's text.
    """
    split = [split_tag(tag, scheme) for tag in tags]
    decoded = [OUTSIDE] * len(tags)
    open_label = ""
    for i, (letter, label) in enumerate(split):
        if letter == OUTSIDE:
            open_label = ""
            continue
        begins = letter in "BS" or label != open_label
        decoded[i] = f"{'B' if begins else 'I'}-{label}"
        open_label = "" if letter in _ENDS else label
    return decoded


def split_tag(tag: str, scheme: Scheme) -> tuple[str, str]:
    """Letter and type of `tag`, which may have either first; ``("O", "")`` is outside.

    Raises:
        ValueError: it is no tag of `scheme`.
    """
    if tag == OUTSIDE:
        return OUTSIDE, ""
    letters = _LETTERS[scheme]
    first, _, rest = tag.partition("-")
    if rest and first in letters and len(first) == 1:
        return first, rest
    rest, _, last = tag.rpartition("-")
    if rest and last in letters and len(last) == 1:
        return last, rest
    raise ValueError(tag)


def scheme_of(tags: Iterable[str]) -> Scheme:
    """The scheme that explains all `tags`; IOB where only its letters are met."""
    letters = {letter for tag in tags if tag != OUTSIDE for letter in _marks(tag)}
    if "S" in letters or {"B", "E"} <= letters:
        return "iobes"
    if "E" in letters:
        return "ioe"
    return "iob" if "B" in letters else "io"


def _marks(tag: str) -> tuple[str, ...]:
    first, _, _ = tag.partition("-")
    _, _, last = tag.rpartition("-")
    found = first if len(first) == 1 and first in "BIES" else last
    return (found,) if found in tuple("BIES") else ()


def _letter(scheme: Scheme, place: int, chunk: Chunk) -> str:
    first, last = place == chunk.start, place == chunk.end - 1
    if scheme == "iob":
        return "B" if first else "I"
    if scheme == "ioe":
        return "E" if last else "I"
    if scheme == "io":
        return "I"
    if first:
        return "S" if last else "B"
    return "E" if last else "I"
