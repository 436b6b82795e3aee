"""Airflow's login as the API's: who is logged in there, and which of our roles that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request

from aileron.api.identity import Asker, IdentityProvider, NoLogin, bearer
from aileron.core.access import ROLES, Actor, Role
from aileron.core.errors import Refused

ROLE_OF: Final[Mapping[str, Role]] = {
    "admin": Role.ADMIN,
    "operator": Role.OPERATOR,
    "op": Role.OPERATOR,
    "developer": Role.DEVELOPER,
    "user": Role.DEVELOPER,
    "annotator": Role.ANNOTATOR,
    "viewer": Role.VIEWER,
}
"""Role of Airflow, in small letters -> ours. One that is not here may do nothing.

Airflow's own are admin, op, user and viewer; `aileron_airflow.roles` makes the others.
"""


class AirflowIdentity(IdentityProvider):
    """The user of Airflow's cookie or token, checked by Airflow's own auth manager."""

    kind: ClassVar[Literal["airflow"]] = "airflow"

    async def identify(self, request: Request) -> Asker:
        from airflow.api_fastapi.core_api.security import get_user
        from fastapi.security import HTTPAuthorizationCredentials

        secret = bearer(request)
        credentials = (
            HTTPAuthorizationCredentials(scheme="Bearer", credentials=secret)
            if secret is not None
            else None
        )
        try:
            user = await get_user(request, None, credentials)
        except HTTPException as error:
            if error.status_code in (401, 403):
                raise NoLogin("aileron_airflow.no_login") from None
            raise
        return Asker(actor_of(user), by_cookie=secret is None)


def actor_of(user: Any) -> Actor:
    """A user of Airflow as ours, with the highest of their roles.

    Raises:
        Refused: none of their roles is one of ours.
    """
    name = str(user.get_name() or user.get_id())
    found = [ROLE_OF[role] for role in role_names(user) if role in ROLE_OF]
    if not found:
        raise Refused("aileron_airflow.no_role", user=name, roles=", ".join(ROLE_OF))
    return Actor(name=name, role=max(found, key=ROLES.index))


def role_names(user: Any) -> Iterable[str]:
    """Names of the user's roles in small letters, with either of Airflow's auth managers."""
    roles = getattr(user, "roles", None) or [getattr(user, "role", None)]
    return [str(getattr(role, "name", role)).lower() for role in roles if role is not None]
