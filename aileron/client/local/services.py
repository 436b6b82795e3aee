"""Services as the ledger, the gateway and their packages describe them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx

from aileron.client import records as r
from aileron.client.local.installation import Scope
from aileron.core.errors import NotFound, Unavailable
from aileron.deploy import services as deploy
from aileron.deploy.places import Place
from aileron.ledger import Champion, Desired, Revision, Route, Service

TRY_SECONDS: Final = 60.0
LOG_PIECE: Final = 256 * 1024
ANSWER_BYTES: Final = 4 * 1024 * 1024


def services(scope: Scope) -> tuple[r.ServiceBrief, ...]:
    """All services of the project: three questions to the ledger, however many there are."""
    routes = {route.service: route for route in scope.ledger.routes.list(scope.project)}
    revisions: dict[str, list[Revision]] = {}
    for revision in scope.ledger.revisions.list(scope.project):
        revisions.setdefault(revision.service, []).append(revision)
    return tuple(
        r.ServiceBrief(**_brief(scope, one, routes.get(one.name), revisions.get(one.name, ())))
        for one in scope.ledger.services.list(scope.project)
    )


def service(scope: Scope, name: str) -> r.Service:
    """One service with its revisions, its traffic and what it takes."""
    found = _find(scope, name)
    route = scope.ledger.routes.get(scope.project, name)
    revisions = scope.ledger.revisions.list(scope.project, name)
    champion = scope.ledger.champions.get(scope.project, found.model)
    serving = champion if champion is not None and champion.is_of(found) else None
    weights = {share.revision: share.weight for share in route.weights} if route else {}
    return r.Service(
        **_brief(scope, found, route, revisions),
        champion_fence=serving.fence if serving else None,
        revisions=tuple(
            _revision(scope, revision, weights.get(revision.number, 0))
            for revision in reversed(revisions)
        ),
        traffic=scope.installation.traffic.of(scope.project, name),
        service_schema=scope.documents.find(
            serving.model_reference if serving else None, "model.json", _schema
        ),
        permissions=scope.may(
            *(f"service.{verb}" for verb in ("start", "stop", "try", "scale", "delete"))
        ),
    )


def brief(scope: Scope, name: str) -> r.ServiceBrief:
    """One service in a few words."""
    found = _find(scope, name)
    route = scope.ledger.routes.get(scope.project, name)
    revisions = scope.ledger.revisions.list(scope.project, name)
    return r.ServiceBrief(**_brief(scope, found, route, revisions))


def stop(scope: Scope, name: str) -> r.ServiceBrief:
    deploy.stop_service(scope.ledger, scope.project, name)
    return brief(scope, name)


def start(scope: Scope, name: str) -> r.ServiceBrief:
    deploy.start_service(scope.ledger, scope.project, name)
    return brief(scope, name)


def scale(scope: Scope, name: str, replicas: int) -> r.ServiceBrief:
    deploy.scale_service(scope.settings, scope.ledger, scope.project, name, replicas)
    return brief(scope, name)


def delete(scope: Scope, name: str) -> None:
    deploy.delete_service(scope.ledger, scope.project, name)


def logs(
    scope: Scope, name: str, revision: int | None, lines: int, after: int | None
) -> r.ServiceLog:
    """The end of a revision's log, or what came after byte `after`."""
    _find(scope, name)
    if revision is None:
        known = scope.ledger.revisions.list(scope.project, name)
        revision = max((one.number for one in known), default=0)
    path = Place.of(scope.settings.home, scope.project, name, revision).log
    if not path.is_file():
        raise NotFound("deploy.no_log", service=f"{scope.project}/{name}", revision=revision)
    size = path.stat().st_size
    begin = max(0, size - LOG_PIECE) if after is None else min(after, size)
    with path.open("rb") as file:
        file.seek(begin)
        data = file.read(LOG_PIECE)
    if len(data) == LOG_PIECE:
        data = data[: data.rfind(b"\n") + 1] or data  # no line, and no character, is torn
    text = data.decode("utf-8", "replace")
    if after is None:
        text = "".join(text.splitlines(keepends=True)[-lines:])
    return r.ServiceLog(revision=revision, text=text, next=begin + len(data))


def sample(scope: Scope, name: str) -> r.Sample:
    """A request that the champion's package was checked with; of rows, the first alone.

    Of a job's package that was asked nothing, an empty one to begin with.
    """
    champion = _champion(scope, _find(scope, name))
    golden = scope.documents.find(champion.package_reference, "golden.json", _request)
    if golden is None:
        raise NotFound("client.no_sample", service=f"{scope.project}/{name}")
    return golden


def try_service(scope: Scope, name: str, body: Any, path: str) -> r.TryAnswer:
    """Pass `body` on through the gateway, as any client would send it."""
    _find(scope, name)
    gateway = scope.settings.require("gateway_url").rstrip("/")
    url = f"{gateway}/{scope.project}/{name}/{path}"
    started = time.perf_counter()
    try:
        answer = httpx.post(url, json=body, timeout=TRY_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        problem = str(error) or type(error).__name__
        raise Unavailable("client.gateway_down", where=url, problem=problem) from None
    ms = (time.perf_counter() - started) * 1000
    return r.TryAnswer(status=answer.status_code, body=_value(answer), ms=round(ms, 2))


def _find(scope: Scope, name: str) -> Service:
    found = scope.ledger.services.get(scope.project, name)
    if found is None:
        raise NotFound("deploy.no_service", service=f"{scope.project}/{name}")
    return found


def _champion(scope: Scope, service: Service) -> Champion:
    champion = scope.ledger.champions.get(scope.project, service.model)
    if champion is None or not champion.is_of(service):
        raise NotFound("deploy.no_champion", model=f"{scope.project}/{service.model}")
    return champion


def _brief(
    scope: Scope, service: Service, route: Route | None, revisions: Sequence[Revision]
) -> dict[str, Any]:
    known = {revision.number: revision for revision in revisions}
    shares = [share for share in route.weights if share.weight] if route else []
    routed = [known[share.revision] for share in shares if share.revision in known]
    gateway = (scope.settings.gateway_url or "").rstrip("/")
    first = routed[0] if routed else None
    package = first and scope.documents.find(first.package, "package.json")
    return {
        "name": service.name,
        "project": service.project,
        "model": service.model,
        "model_version": first.model_version if first else None,
        "state": deploy.state_of(service, routed, [one for one in revisions if one not in routed]),
        "desired": service.desired.value,
        "url": f"{gateway}/{service.project}/{service.name}" if gateway else None,
        "contract": package.get("service_contract") if package else None,
        "revision": first.number if first else None,
        **_target(first or _newest(revisions)),
    }


def _newest(revisions: Sequence[Revision]) -> Revision | None:
    return max(revisions, key=lambda one: one.number, default=None)


def _target(revision: Revision | None) -> dict[str, Any]:
    """Where a revision runs, and in how many pods."""
    placement = revision.placement if revision else None
    return {
        "target": revision.target if revision else "process",
        "pool": placement.pod.pool if placement else None,
        "replicas": placement.replicas if placement else 1,
        "max_replicas": placement.max_replicas if placement else None,
    }


def _revision(scope: Scope, revision: Revision, weight: int) -> r.Revision:
    return r.Revision(
        number=revision.number,
        model_version=revision.model_version,
        state=revision.state.value,
        desired=Desired(revision.desired).value,
        weight=weight,
        address=revision.address,
        pid=revision.pid,
        started=revision.created,
        updated=revision.updated,
        reason=revision.reason,
        has_log=Place.of_revision(scope.settings.home, revision).log.is_file(),
        **_target(revision),
    )


def _schema(card: Any) -> r.ServiceSchema:
    """What a model takes and answers, from its card."""
    features = [f for f in card.get("features", ()) if isinstance(f, Mapping)]
    return r.ServiceSchema(
        contract=card.get("contract", "table"),
        task=card.get("task"),
        features=tuple(r.Feature.model_validate(feature) for feature in features),
        classes=tuple(card["classes"]) if card.get("classes") else None,
        threshold=card.get("threshold"),
    )


def _request(golden: Any) -> r.Sample | None:
    """The first request of the service's own contract."""
    if not golden:
        return r.Sample(path="predict", body={})
    for entry in golden:
        if entry["path"].strip("/") == "predict":
            body = dict(entry["request"])
            if isinstance(body.get("data"), list) and "include_req" in body:
                body["data"] = body["data"][:1]
            return r.Sample(path="predict", body=body)
    return None


def _value(answer: httpx.Response) -> Any:
    if len(answer.content) > ANSWER_BYTES:
        raise Unavailable("client.answer_too_large", where=str(answer.url), limit=ANSWER_BYTES)
    try:
        return answer.json()
    except ValueError:
        return answer.text
