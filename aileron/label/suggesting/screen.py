"""What can be suggested on a screen of any Label Studio: read from its labelling configuration."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from aileron.core.errors import InvalidInput

MOST_CHARACTERS: Final = 1 << 20


@dataclass(frozen=True)
class Screen:
    """The control of a screen that says classes of a picture."""

    name: str
    to_name: str
    key: str
    """The field of a task's data that leads to the picture."""
    classes: Mapping[str, str]
    """What the service calls a class -> what results hold."""
    several: bool
    """Any number of classes can be chosen."""

    def result(self, labels: Collection[str]) -> list[dict[str, Any]]:
        """The result that chooses `labels`, names of the service; empty of none."""
        if not labels:
            return []
        chosen = [self.classes[label] for label in labels]
        where = {"id": self.name, "from_name": self.name, "to_name": self.to_name}
        return [{**where, "type": "choices", "value": {"choices": chosen}}]


def screen_of(config: str, classes: Collection[str]) -> Screen:
    """The control that has most of `classes`, those of a service.

    Raises:
        InvalidInput: `config` is no labelling configuration, or none of its controls has any.
    """
    root = _parsed(config)
    pictures = {
        one.get("name", ""): one.get("value", "").removeprefix("$") for one in root.iter("Image")
    }
    screens = [
        Screen(
            name=one.get("name", ""),
            to_name=one.get("toName", ""),
            key=pictures[one.get("toName", "")],
            classes=_names(one, classes),
            several=one.get("choice", "single") == "multiple",
        )
        for one in root.iter("Choices")
        if one.get("toName", "") in pictures and one.get("perRegion") != "true"
    ]
    best = max(screens, key=lambda one: len(one.classes), default=None)
    if best is None or not best.classes:
        raise InvalidInput("label.suggesting.no_choices", classes=", ".join(list(classes)[:20]))
    return best


def _parsed(config: str) -> Element:
    """The root; a document type is refused, and with it all entities."""
    if len(config) > MOST_CHARACTERS:
        raise _bad(f"it has more than {MOST_CHARACTERS} characters")
    builder, parser = TreeBuilder(), expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise _bad("it has a DOCTYPE")

    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(config, True)
    except (expat.ExpatError, ValueError) as error:
        raise _bad(str(error)) from None
    return builder.close()


def _bad(problem: str) -> InvalidInput:
    return InvalidInput("label.suggesting.bad_config", problem=problem)


def _names(control: Element, classes: Collection[str]) -> dict[str, str]:
    """Of each class that the control offers: what it is called in results, its alias if any."""
    found: dict[str, str] = {}
    for one in control.iter("Choice"):
        value, alias = one.get("value", ""), one.get("alias")
        for name in (value, alias):
            if name is not None and name in classes:
                found[name] = alias or value
    return found
