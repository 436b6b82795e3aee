"""Who may do what."""

from __future__ import annotations

from itertools import pairwise

import pytest

from aileron.core.access import NEEDS, ROLES, Actor, Role, authorize, parse_role, permissions
from aileron.core.errors import InvalidInput, Refused


def actor(role: str, project: str | None = None) -> Actor:
    return Actor(name="li", role=Role(role), project=project)


def test_a_role_may_do_what_the_roles_below_it_may() -> None:
    for lower, higher in pairwise(ROLES):
        mine = {verb for verb, found in permissions(actor(lower)).items() if found.allowed}
        theirs = {verb for verb, found in permissions(actor(higher)).items() if found.allowed}
        assert mine <= theirs
    assert all(found.allowed for found in permissions(actor("admin")).values())


def test_everybody_with_a_role_may_read() -> None:
    for role in ROLES:
        authorize(actor(role), "read", "default")


@pytest.mark.parametrize("verb", [verb for verb, needed in NEEDS.items() if needed != "viewer"])
def test_a_refusal_names_the_role_that_is_needed(verb: str) -> None:
    with pytest.raises(Refused, match=f"needs the role {NEEDS[verb]}"):
        authorize(actor("viewer"), verb, "default")
    below = ROLES[ROLES.index(NEEDS[verb]) - 1]
    with pytest.raises(Refused):
        authorize(actor(below), verb, "default")
    authorize(actor(NEEDS[verb]), verb, "default")


def test_an_administrator_of_one_project_is_nobody_in_another() -> None:
    authorize(actor("admin", "pumps"), "model.promote", "pumps")
    with pytest.raises(Refused, match="project pumps alone, not in default"):
        authorize(actor("admin", "pumps"), "read", "default")


def test_a_verb_that_nobody_listed_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        authorize(actor("admin"), "model.delete", "default")


def test_an_unknown_role_is_answered_with_the_known_ones() -> None:
    assert parse_role("operator") is Role.OPERATOR
    with pytest.raises(InvalidInput, match="viewer, annotator, developer, operator, admin"):
        parse_role("root")
