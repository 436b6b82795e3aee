"""The files of brat: annotations, the configuration with its classes, and their shown names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from aileron.data.formats.problems import Fault, at
from aileron.data.formats.records import Relation, Scalar, Span

_IDENTIFIER: Final = re.compile(r"[^\w-]+")
_SPAN: Final = re.compile(r"(\S+) (\d{1,18}) (\d{1,18})")
_RELATION: Final = re.compile(r"(\S+) (\S+):(T\S+) (\S+):(T\S+)\s*")
_ATTRIBUTE: Final = re.compile(r"(\S+) ([TRE]\S+)(?: (.+))?")
_IGNORED: Final = ("#", "N", "*")
"""Notes, links to databases, and equivalences: nothing of ours says the same."""


@dataclass
class Document:
    """What an annotation file says."""

    spans: list[Span] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    attributes: dict[str, Scalar] = field(default_factory=dict)


def parse(content: str, text: str) -> Document:
    """The annotations in `content` of `text`.

    Raises:
        Fault: a line that cannot be used, with its number.
    """
    found = Document()
    places: dict[str, int] = {}
    rest: list[tuple[int, str, str]] = []
    for number, line in enumerate(content.split("\n"), 1):
        line = line.rstrip("\r")  # noqa: PLW2901
        if not line.strip() or line.startswith(_IGNORED):
            continue
        name, _, said = line.partition("\t")
        with at(number):
            if name.startswith("T"):
                if name in places:
                    raise Fault("twice", name=name)
                places[name] = len(found.spans)
                found.spans.append(_span(name, said, text))
            else:
                rest.append((number, name, said))
    for number, name, said in rest:  # relations may stand before their entities
        with at(number):
            _other(found, name, said, places)
    return found


def _span(name: str, said: str, text: str) -> Span:
    head, _, words = said.partition("\t")
    if ";" in head:
        raise Fault("discontinuous", name=name)
    parsed = _SPAN.fullmatch(head)
    if parsed is None:
        raise Fault("not_standoff", found=f"{name} {said}"[:60])
    span = Span(parsed[1], int(parsed[2]), int(parsed[3]))
    if not span.start < span.end <= len(text):
        raise Fault("span_outside", start=span.start, end=span.end, length=len(text))
    there = text[span.start : span.end]
    if words and words.split() != there.split():
        raise Fault("other_words", name=name, found=words[:60], wanted=there[:60])
    return span


def _other(found: Document, name: str, said: str, places: Mapping[str, int]) -> None:
    """Take a line of a relation or an attribute."""
    if name.startswith("E"):
        raise Fault("event", name=name)
    if name.startswith("R"):
        parsed = _RELATION.fullmatch(said)
        if parsed is None:
            raise Fault("not_standoff", found=f"{name} {said}"[:60])
        head, tail = (_place(name, end, places) for end in (parsed[3], parsed[5]))
        found.relations.append(Relation(parsed[1], head, tail))
    elif name.startswith(("A", "M")):
        parsed = _ATTRIBUTE.fullmatch(said)
        if parsed is None:
            raise Fault("not_standoff", found=f"{name} {said}"[:60])
        place = _place(name, parsed[2], places)
        found.attributes[f"T{place + 1}.{parsed[1]}"] = parsed[3] or True
    else:
        raise Fault("not_standoff", found=f"{name} {said}"[:60])


def _place(name: str, entity: str, places: Mapping[str, int]) -> int:
    if entity not in places:
        raise Fault("unknown_entity", name=name, found=entity[:60])
    return places[entity]


def configuration(content: str) -> Iterator[str]:
    """The types of entities that an ``annotation.conf`` lists, those of all levels."""
    section = ""
    for raw in content.splitlines():
        line = raw.split("#")[0].strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].lower()
        elif line and section == "entities" and not line.startswith("!"):
            yield re.split(r"[\t ]", line)[0]


class Names:
    """Names of classes, and the identifiers that brat has for them."""

    def __init__(self, identifiers: Mapping[str, str]) -> None:
        self._identifiers = dict(identifiers)
        self._names = {one: name for name, one in identifiers.items()}

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        """Identifiers of their own for all `names`."""
        given: dict[str, str] = {}
        taken: set[str] = set()
        for name in sorted(set(names), key=lambda name: (_plain(name) != name, name)):
            base = wanted = _plain(name)
            count = 1
            while wanted in taken:
                count += 1
                wanted = f"{base}-{count}"
            given[name] = wanted
            taken.add(wanted)
        return cls(given)

    @classmethod
    def read(cls, content: str) -> Names:
        """The names in the section ``[labels]`` of ``visual.conf``: identifier | name | shorter.

        Only what brat's own rules would have made of the name is taken for one: most files
        list names for people there that are not those of the classes.
        """
        section = ""
        found: dict[str, str] = {}
        for raw in content.splitlines():
            line = raw.strip()
            if line.startswith("["):
                section = line
            elif section == "[labels]" and "|" in line:
                identifier, name = (piece.strip() for piece in line.split("|")[:2])
                if re.sub(r"-\d+$", "", identifier) == _plain(name) or identifier == _plain(name):
                    found[name] = identifier
        return cls(found)

    def identifier(self, name: str) -> str:
        """What brat calls class `name`."""
        return self._identifiers[name]

    def name(self, identifier: str) -> str:
        """The class that brat calls `identifier`."""
        return self._names.get(identifier, identifier)

    def shown(self) -> list[str]:
        """The lines of ``[labels]``: the names that differ from their identifiers."""
        return [f"{one} | {name}" for name, one in self._identifiers.items() if one != name]


def _plain(name: str) -> str:
    return _IDENTIFIER.sub("_", name) or "_"
