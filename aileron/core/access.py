"""Who may do what: five roles, one table of verbs, one place that says no.

API, pages and command ask here. A verb is ``noun.verb``; each role may do what the roles
below it may. Who somebody is, is found out elsewhere (a token, Airflow's login).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from aileron.core.errors import InvalidInput, Refused
from aileron.core.names import DEFAULT_PROJECT


class Role(StrEnum):
    """What a person or a program may do, from little to all."""

    VIEWER = "viewer"
    ANNOTATOR = "annotator"
    DEVELOPER = "developer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether this role may do all that `other` may."""
        return ROLES.index(self) >= ROLES.index(other)


ROLES: Final = tuple(Role)
"""From the least to the most."""

NEEDS: Final[Mapping[str, Role]] = {
    "read": Role.VIEWER,
    "lifecycle.run": Role.DEVELOPER,
    "run.stop": Role.DEVELOPER,
    "image.build": Role.DEVELOPER,
    "image.build_as_root": Role.OPERATOR,
    "image.delete": Role.OPERATOR,
    "job.submit": Role.DEVELOPER,
    "job.stop": Role.DEVELOPER,
    "job.delete": Role.DEVELOPER,
    "algorithm.register": Role.DEVELOPER,
    "algorithm.change": Role.DEVELOPER,
    "algorithm.delete": Role.DEVELOPER,
    "service.try": Role.DEVELOPER,
    "connection.use": Role.DEVELOPER,
    "dataset.upload": Role.DEVELOPER,
    "dataset.favourite": Role.VIEWER,
    "dataset.edit": Role.DEVELOPER,
    "dataset.share": Role.DEVELOPER,
    "dataset.delete": Role.DEVELOPER,
    "dataset.purge": Role.ADMIN,
    "label.work": Role.ANNOTATOR,
    "label.review": Role.ANNOTATOR,
    "label.create": Role.DEVELOPER,
    "label.assign": Role.DEVELOPER,
    "label.end": Role.DEVELOPER,
    "label.delete": Role.DEVELOPER,
    "label.publish": Role.DEVELOPER,
    "approval.answer": Role.OPERATOR,
    "model.promote": Role.OPERATOR,
    "model.rollback": Role.OPERATOR,
    "service.start": Role.OPERATOR,
    "service.stop": Role.OPERATOR,
    "service.scale": Role.OPERATOR,
    "service.delete": Role.OPERATOR,
    "pool.sync": Role.OPERATOR,
    "storage.sweep": Role.ADMIN,
    "token.manage": Role.ADMIN,
}
"""Verb -> the least role that may do it."""


class Actor(BaseModel):
    """Who asks, as what, and where."""

    model_config = ConfigDict(frozen=True)

    name: str
    role: Role
    project: str | None = None
    """The only project that is theirs; None is all of them."""

    @property
    def home_project(self) -> str:
        """The project that is meant when none is named."""
        return self.project or DEFAULT_PROJECT


class Permission(BaseModel):
    """Whether the asker may do something, and which role may."""

    model_config = ConfigDict(frozen=True)

    allowed: bool
    needs: Role


def parse_role(text: str) -> Role:
    """The role of that name.

    Raises:
        InvalidInput: there is none; names those there are.
    """
    try:
        return Role(text)
    except ValueError:
        raise InvalidInput("core.no_role", role=text, roles=", ".join(ROLES)) from None


def permission(actor: Actor, verb: str) -> Permission:
    """Whether `actor` may do `verb` in a project of theirs."""
    return Permission(allowed=actor.role.includes(NEEDS[verb]), needs=NEEDS[verb])


def permissions(actor: Actor, *verbs: str) -> dict[str, Permission]:
    """Verb -> permission; of every verb if none is given."""
    return {verb: permission(actor, verb) for verb in verbs or NEEDS}


def authorize(actor: Actor, verb: str, project: str) -> None:
    """Let `actor` do `verb` in `project`, or say no.

    Raises:
        Refused: the role is too low, which names the role needed; or not their project.
    """
    if actor.project not in (None, project):
        raise Refused("core.other_project", actor=actor.name, project=project, theirs=actor.project)
    if not permission(actor, verb).allowed:
        raise Refused(
            "core.role_too_low",
            actor=actor.name,
            role=actor.role.value,
            verb=verb,
            needs=NEEDS[verb].value,
        )
