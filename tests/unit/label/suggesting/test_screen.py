"""Of a labelling configuration: where a service's classes can be chosen."""

from __future__ import annotations

import pytest
from plugins.label_cases import label_cases

from aileron.core.errors import InvalidInput
from aileron.label.interface.config import labelling_config
from aileron.label.suggesting.screen import MOST_CHARACTERS, screen_of

FOREIGN = """
<View>
  <Header value="What is it?"/>
  <Image name="photo" value="$url"/>
  <Choices name="weather" toName="photo"><Choice value="sun"/></Choices>
  <Choices name="kind" toName="photo" choice="multiple">
    <Choice value="Red one" alias="red"/><Choice value="green"/><Choice value="grey" alias="g"/>
  </Choices>
  <RectangleLabels name="box" toName="photo"><Label value="red"/></RectangleLabels>
  <Choices name="per" toName="photo" perRegion="true">
    <Choice value="red"/><Choice value="green"/><Choice value="grey"/>
  </Choices>
</View>
"""


def test_the_control_with_most_of_the_classes_is_taken() -> None:
    screen = screen_of(FOREIGN, ("red", "green", "grey", "sun"))
    assert (screen.name, screen.to_name, screen.key) == ("kind", "photo", "url")
    assert screen.classes == {"red": "red", "green": "green", "grey": "g"}
    assert screen.several
    assert screen.result(["grey", "red"]) == [
        {
            "id": "kind", "from_name": "kind", "to_name": "photo", "type": "choices",
            "value": {"choices": ["g", "red"]},
        }
    ]  # fmt: skip
    assert screen.result([]) == []


def test_our_own_screens_are_read() -> None:
    case = label_cases()[0]
    screen = screen_of(labelling_config(case.spec), ("normal", "defective"))
    assert (screen.name, screen.to_name, screen.key, screen.several) == (
        "labels", "image", "image", False,
    )  # fmt: skip
    assert screen.classes == {"normal": "normal", "defective": "defective"}


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ("", "no element"),
        ("<View>", "no element"),
        ("<View/>", "no <Choices>"),
        (FOREIGN.replace("photo", "x", 1), "no <Choices>"),
        ('<!DOCTYPE v [<!ENTITY a "b">]><v>&a;</v>', "DOCTYPE"),
        ("<v>" + " " * MOST_CHARACTERS + "</v>", "characters"),
        ("<v>\x00</v>", "cannot be used"),
    ],
)
def test_another_is_refused_in_words(config: str, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        screen_of(config, ("red",))


def test_without_a_class_of_the_service_its_classes_are_named() -> None:
    with pytest.raises(InvalidInput, match="cat, dog"):
        screen_of(FOREIGN, ("cat", "dog"))
