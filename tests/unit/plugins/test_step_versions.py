"""A step's recorded code changes with what it does, and with nothing else."""

from __future__ import annotations

import json

import pytest
from plugins.step_versions import complaint, normalised

CODE = '''
"""A module."""
from math import sqrt

LIMIT = 3
"""Of what."""


def root(value: float) -> float:
    """The root."""
    return sqrt(value)  # why
'''
CODE_IN_OTHER_CLOTHES = """
'''Another sentence.'''
from math import (
    sqrt,
)
LIMIT = 0x3
def root(
    value: float,
) -> float:
    # a comment
    '''Other words.'''


    return (sqrt(value))
"""


def test_comments_docstrings_and_formatting_do_not_count() -> None:
    assert normalised(CODE) == normalised(CODE_IN_OTHER_CLOTHES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", "LIMIT = 3.0"),
        ("LIMIT = 3", "LIMIT = '3'"),
        ("LIMIT = 3", "LIMIT = None"),
        ("LIMIT = 3", "LIMIT = 'None'"),
        ("sqrt(value)  #", "sqrt(value + 1)  #"),
        ("value: float", "value: float = 1"),
        ("import sqrt", "import cbrt as sqrt"),
    ],
)
def test_code_counts(old: str, new: str) -> None:
    assert old in CODE
    assert normalised(CODE.replace(old, new)) != normalised(CODE)


def test_the_normal_form_is_json() -> None:
    assert json.loads(json.dumps(normalised(CODE))) == normalised(CODE)


@pytest.mark.parametrize(
    ("now", "kept", "says"),
    [
        ({"version": 1, "code": "b"}, {"version": 1, "code": "a"}, "Raise `version` in aileron"),
        ({"version": 2, "code": "b"}, {"version": 1, "code": "a"}, "has a new version"),
        ({"version": 1, "code": "b"}, {"version": 2, "code": "a"}, "went back from 2 to 1"),
        (None, {"version": 2, "code": "a"}, "is gone"),
        ({"version": 1, "code": "b"}, None, "is new"),
        ({"version": 1, "code": "b"}, {"version": 1, "code": "b"}, None),
    ],
)
def test_every_difference_says_what_to_do(now: object, kept: object, says: str | None) -> None:
    name = "data.split"
    found = complaint(
        name,
        {name: now} if now else {},
        {name: kept} if kept else {},  # type: ignore[dict-item]
    )
    assert says in found if says and found else found is says
