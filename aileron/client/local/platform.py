"""The session, the overview, the installed steps, the tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Literal

import httpx

from aileron.client import records as r
from aileron.client.local import approvals, dataset_list, lifecycles, runs, services
from aileron.client.local.installation import Scope
from aileron.core.access import Role, authorize
from aileron.core.catalogue import installed, step_class
from aileron.core.errors import NotFound
from aileron.core.ports import Port
from aileron.ledger import Token

RUNNING: Final = 20
"""Runs of the overview."""
SERVERS: Final[Mapping[str, tuple[str, str]]] = {
    "airflow": ("airflow_url", "/api/v2/version"),
    "mlflow": ("mlflow_url", "/health"),
    "gateway": ("gateway_url", "/livez"),
}
"""Server -> where its address is, and a page that answers while it is well."""


def session(scope: Scope, identity: Literal["token", "airflow", "local"]) -> r.Session:
    return r.Session(
        actor=scope.actor.name,
        role=scope.actor.role,
        project=scope.project,
        language=scope.language,
        identity=identity,
        permissions=scope.may(),
    )


def overview(scope: Scope) -> r.Overview:
    """What runs, what waits, what is broken; a server that is away is one of the troubles."""
    flows = lifecycles.lifecycles(scope)
    running = scope.ledger.runs.open(scope.project, RUNNING)
    found = services.services(scope)
    data = dataset_list.of_project(scope)
    return r.Overview(
        running=tuple(runs.brief(scope, run) for run in running),
        waiting=approvals.approvals(scope),
        broken=(
            *_silent_servers(scope),
            *_broken_services(scope, found),
            *_broken_lifecycles(scope, flows),
            *_broken_datasets(scope, data),
        ),
        services=found,
        counts=r.Counts(
            lifecycles=len(flows),
            models=len(scope.ledger.models.counts(scope.project)),
            services=len(found),
            datasets=len(data),
        ),
    )


def components() -> tuple[r.ComponentBrief, ...]:
    return tuple(r.ComponentBrief(**_component(name)) for name in installed())


def component(name: str) -> r.Component:
    step = step_class(name)
    return r.Component(
        **_component(name),
        inputs={port: _port(declared) for port, declared in step.inputs.items()},
        outputs={port: _port(declared) for port, declared in step.outputs.items()},
        config=step.Config.model_json_schema(),
    )


def tokens(scope: Scope) -> tuple[r.Token, ...]:
    """The tokens that the asker may manage: all, or those of their project."""
    authorize(scope.actor, "token.manage", scope.project)
    mine = scope.actor.project
    found = (token for token in scope.ledger.tokens.list() if mine in (None, token.project))
    return tuple(r.Token(**_token(token)) for token in found)


def create_token(
    scope: Scope, name: str, role: Role, project: str | None, days: int | None
) -> r.MadeToken:
    """Make a token; an administrator of one project makes tokens of that project alone."""
    project = project or scope.actor.project
    authorize(scope.actor, "token.manage", project or scope.project)
    expires = datetime.now(UTC) + timedelta(days=days) if days is not None else None
    token, secret = scope.ledger.tokens.create(name, role, project, expires)
    return r.MadeToken(**_token(token), secret=secret)


def revoke_token(scope: Scope, token_id: str) -> r.Token:
    if token_id not in {token.id for token in tokens(scope)}:
        raise NotFound("ledger.no_token", id=token_id)
    return r.Token(**_token(scope.ledger.tokens.revoke(token_id)))


def _component(name: str) -> dict[str, Any]:
    step = step_class(name)
    return {"name": name, "kind": step.kind, "version": step.version, "title": dict(step.title)}


def _port(declared: Port) -> r.PortShape:
    return r.PortShape(kind=declared.kind.value, optional=declared.optional, help=declared.help)


def _token(token: Token) -> dict[str, Any]:
    return token.model_dump(exclude={"now"}) | {"state": token.state}


def _silent_servers(scope: Scope) -> Iterator[r.Trouble]:
    for server, (field, path) in SERVERS.items():
        url = getattr(scope.settings, field)
        if url is None:
            continue
        if not scope.installation.remembered.get(
            f"{server} answers", partial(_answers, url + path)
        ):
            yield r.Trouble(
                subject=server,
                kind="server",
                sentence=scope.say("client.server_silent", server=server, url=url),
                action=scope.say("client.start_servers"),
            )


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code < 500
    except httpx.HTTPError:
        return False


def _broken_services(scope: Scope, found: tuple[r.ServiceBrief, ...]) -> Iterator[r.Trouble]:
    for service in found:
        if service.desired == "running" and service.state not in ("serving", "starting"):
            yield r.Trouble(
                subject=service.name,
                kind="service",
                sentence=scope.say(
                    "client.service_not_serving", service=service.name, state=service.state
                ),
                action=scope.say("client.mend_service", service=service.name),
                link=f"/services/{service.name}",
            )


def _broken_lifecycles(scope: Scope, found: tuple[r.LifecycleBrief, ...]) -> Iterator[r.Trouble]:
    for flow in found:
        link = f"/lifecycles/{flow.name}"
        if flow.problem is not None:
            yield r.Trouble(
                subject=flow.name,
                kind="lifecycle",
                sentence=flow.problem,
                action=scope.say("client.mend_lifecycle", name=flow.name),
                link=link,
            )
        elif flow.last_run is not None and flow.last_run.state == "failed":
            run = flow.last_run
            reason = run.reason or scope.say("client.no_reason")
            yield r.Trouble(
                subject=run.run_id,
                kind="run",
                sentence=scope.say("client.run_failed", name=flow.name, reason=reason),
                action=scope.say("client.mend_run", node=run.failed_node or "-"),
                link=f"{link}/runs/{run.airflow_run_id}",
            )


def _broken_datasets(scope: Scope, found: tuple[r.DatasetBrief, ...]) -> Iterator[r.Trouble]:
    for dataset in found:
        if dataset.problem is not None:
            yield r.Trouble(
                subject=dataset.name,
                kind="dataset",
                sentence=dataset.problem,
                action=scope.say("client.mend_dataset", name=dataset.name),
            )
