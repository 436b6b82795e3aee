"""The rules of work, in the asker's name."""

from __future__ import annotations

from aileron.client.local.installation import Scope
from aileron.client.local.labelling.rights import reviewers
from aileron.core.access import Role
from aileron.label.work import Work
from aileron.ledger import Campaign


def work_of(scope: Scope) -> Work:
    """What may change when, in the asker's project and name."""
    return Work(scope.ledger, scope.project, scope.actor.name)


def reviewing(scope: Scope, campaign: Campaign) -> Work:
    """The same for those who review: developers may do so wherever they did not label."""
    manager = scope.actor.role.includes(Role.DEVELOPER)
    named = reviewers(scope, campaign)
    actor = scope.actor.name
    return Work(scope.ledger, scope.project, actor, manager=manager, reviewers=named)
