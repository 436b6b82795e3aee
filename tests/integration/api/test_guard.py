"""Nobody gets in unasked, and no error gets out raw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from plugins.history import PAGE
from starlette.testclient import TestClient

from aileron.api.app import create_app
from aileron.api.bml.problem import PREFIX as BML
from aileron.api.identity import Asker, IdentityProvider, TokenIdentity
from aileron.api.request import Needs
from aileron.client.local import Installation
from aileron.core.access import NEEDS, ROLES

REFERENCE = Path(__file__).parents[3] / "docs/reference/api.md"
EXAMPLES = {
    "name": "fruit", "project": "default", "lifecycle": "fruit", "run": "r1", "node": "train",
    "version": "1", "token_id": "abc", "kind": "actor", "grantee": "li",
    "upload_id": "0" * 32, "number": "1", "package": "1", "position": "1",
}  # fmt: skip
BODIES = {
    "start": {"values": {}},
    "answer": {"approved": True},
    "promote": {"version": 1},
    "rollback": {},
    "try_service": {"body": {}},
    "create": {"name": "x", "role": "viewer"},
    "change_dataset": {},
    "purge": {},
    "share": {"grantee": "li"},
    "lock": {},
    "delete_dataset_version": {"dataset_id": 1},
    "guess_schema": {"data_source_type": "cloud_edap", "database_name": "x", "table_name": "x"},
}


def routes(app: Any) -> Iterator[tuple[str, str, APIRoute]]:
    """Method, path with examples in it, and route of all that the application has."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            path = re.sub(r"\{(\w+)\}", lambda found: EXAMPLES[found[1]], route.path)
            for method in route.methods:
                yield method, path, route


def verb(route: APIRoute) -> str | None:
    """The verb that the route says it needs."""
    found = [d.call.verb for d in route.dependant.dependencies if isinstance(d.call, Needs)]
    return found[0] if found else None


OPEN = {
    ("GET", "/livez"), ("POST", "/api/v1/session"), ("DELETE", "/api/v1/session"),
    ("GET", "/api/bml/download/default/fruit/r1/fruit"),
    ("GET", "/api/bml/download/{project}/{lifecycle}/{run}/{name}"),
}  # fmt: skip
"""The last by a signed address alone: see test_bml."""


def test_every_route_but_four_needs_a_login(api: Any) -> None:
    seen = 0
    for method, path, _ in routes(api.app):
        if (method, path) in OPEN:
            continue
        answer = api.http.request(method, path)
        assert answer.status_code == 401, (method, path)
        code = 110 if path.startswith("/api/bml/") else "api.no_login"
        assert method == "HEAD" or answer.json()["error_code"] == code
        assert answer.headers["www-authenticate"] == "Bearer"
        seen += 1
    assert seen > 30


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/openapi.json", "/api/", "/api/v2/x", "/api/v1//models"]
)
def test_what_is_no_route_needs_a_login_too(api: Any, path: str) -> None:
    assert api.http.get(path).status_code == 401
    assert api.http.post(path).status_code == 401


WITHIN = {"image.build_as_root"}
"""Verbs that a route's own verb asks for besides, by what is in the request."""


def test_every_route_says_which_verb_it_needs_and_every_verb_is_used(api: Any) -> None:
    verbs = {verb(route) for method, path, route in routes(api.app) if (method, path) not in OPEN}
    assert verbs == set(NEEDS) - WITHIN


def test_the_reference_names_every_route_with_the_role_that_it_needs(api: Any) -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(\w+) (/\S+)` \| .*? \| (\w+) \|", page, re.MULTILINE))
    wanted = {
        (method, route.path_format, str(NEEDS.get(verb(route) or "", "anybody")))
        for method, _, route in routes(api.app)
        if route.path != "/livez"
    }
    assert rows == wanted


def test_a_role_that_is_too_low_is_refused_and_told_which_is_needed(api: Any) -> None:
    refused = 0
    for method, path, route in routes(api.app):
        needed = NEEDS.get(verb(route) or "")
        if needed is None or needed == "viewer":
            continue
        below = ROLES[ROLES.index(needed) - 1]
        answer = api.ask(below, method, path, json=BODIES.get(route.name))
        assert answer.status_code == 403, (method, path)
        assert method == "HEAD" or f"needs the role {needed}" in answer.json()["error_msg"]
        refused += 1
    assert refused > 20


def test_a_role_that_is_too_low_is_refused_before_the_body_is_looked_at(api: Any) -> None:
    assert api.ask("viewer", "POST", "models/fruit/promote", json={"no": 1}).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        "Bearer ail_wrong",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "ail_wrong",
        "Bearer \x00",
        "bearer x y",
    ],
)
def test_a_wrong_token_is_no_login(api: Any, header: str) -> None:
    answer = api.http.get("/api/v1/models", headers={"Authorization": header})
    assert answer.status_code == 401


def test_expired_and_revoked_tokens_are_told_apart_and_let_nobody_in(api: Any) -> None:
    expired = api.history.token("admin", days=-1)
    revoked = api.history.token("admin")
    api.history.ledger.tokens.revoke(api.history.ledger.tokens.find(revoked).id)
    codes = []
    for secret in (expired, revoked):
        answer = api.http.get("/api/v1/models", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 401
        codes.append(answer.json()["error_code"])
    assert codes == ["api.token_expired", "api.token_revoked"]


def test_a_wrong_header_is_not_made_good_by_a_cookie(api: Any) -> None:
    cookie = {"Cookie": f"aileron_token={api.history.token('admin')}"}
    assert api.http.get("/api/v1/models", headers=cookie).status_code == 200
    both = cookie | {"Authorization": "Bearer ail_wrong"}
    assert api.http.get("/api/v1/models", headers=both).status_code == 401


def test_a_token_of_one_project_opens_no_other(api: Any) -> None:
    secret = api.history.token("admin", project="pumps")
    headers = {"Authorization": f"Bearer {secret}"}
    for path in ("models?project=default", "runs/default/fruit/r1"):
        answer = api.http.get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 403, path
        assert "project pumps alone" in answer.json()["error_msg"]
    assert api.http.get("/api/v1/session", headers=headers).json()["project"] == "pumps"
    made = api.http.post("/api/v1/tokens", json={"name": "x", "role": "viewer"}, headers=headers)
    assert made.json()["project"] == "pumps"
    other = {"name": "x", "role": "viewer", "project": "default"}
    assert api.http.post("/api/v1/tokens", json=other, headers=headers).status_code == 403


class TestCookies:
    """Signing in: the token goes into a cookie, and writes must come from our own pages."""

    @pytest.fixture
    def signed_in(self, api: Any) -> TestClient:
        secret = api.history.token("admin")
        answer = api.http.post(
            "/api/v1/session", json={"token": secret}, headers={"Origin": "http://api"}
        )
        assert answer.status_code == 204
        kept = answer.headers["set-cookie"]
        for part in ("HttpOnly", "SameSite=strict", "Path=/"):
            assert part in kept
        client: TestClient = api.http
        return client

    def test_reading_needs_no_origin(self, signed_in: TestClient) -> None:
        assert signed_in.get("/api/v1/session").json()["role"] == "admin"

    @pytest.mark.parametrize(
        "origin", [None, "http://evil", "http://api.evil", "null", "http://api:81", "api", ""]
    )
    def test_a_write_from_another_site_is_refused(
        self, signed_in: TestClient, origin: str | None
    ) -> None:
        headers = {} if origin is None else {"Origin": origin}
        body = {"name": "x", "role": "viewer"}
        answer = signed_in.post("/api/v1/tokens", json=body, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error_code"] == "api.foreign_origin"

    def test_a_write_from_our_own_page_is_done(self, signed_in: TestClient) -> None:
        body = {"name": "x", "role": "viewer"}
        answer = signed_in.post("/api/v1/tokens", json=body, headers={"Origin": "http://api"})
        assert answer.status_code == 201

    def test_a_token_in_the_header_needs_no_origin(self, api: Any) -> None:
        body = {"name": "x", "role": "viewer"}
        answer = api.ask("admin", "POST", "tokens", json=body, headers={"Origin": "http://evil"})
        assert answer.status_code == 201

    def test_signing_out_forgets_the_cookie(self, signed_in: TestClient) -> None:
        assert signed_in.delete("/api/v1/session", headers={"Origin": "http://api"}).is_success
        assert signed_in.get("/api/v1/session").status_code == 401

    @pytest.mark.parametrize("origin", [None, "http://evil"])
    def test_nobody_is_signed_in_or_out_by_another_site(self, api: Any, origin: str | None) -> None:
        headers = {} if origin is None else {"Origin": origin}
        body = {"token": api.history.token("viewer")}
        assert api.http.post("/api/v1/session", json=body, headers=headers).status_code == 403
        assert api.http.delete("/api/v1/session", headers=headers).status_code == 403

    def test_a_wrong_token_signs_nobody_in(self, api: Any) -> None:
        headers = {"Origin": "http://api"}
        answer = api.http.post("/api/v1/session", json={"token": "ail_x"}, headers=headers)
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "lifecycles/..%2F..%2Fetc", None),
        ("GET", "models/..%2ffruit", None),
        ("GET", "models/%2e%2e", None),
        ("GET", "runs/default/fruit/..%2f..%2fsecret", None),
        ("GET", "runs/default/..%2f..%2f/r1", None),
        ("GET", "runs/default/fruit/r1/nodes/..%2f..%2flog/log", None),
        ("GET", "datasets/..%5c..%5c", None),
        ("GET", "components/..%2f..%2f", None),
        ("GET", "services/fruit%00/logs", None),
        ("POST", "services/fruit/try", {"body": {}, "path": "../../-/routes"}),
        ("POST", "services/fruit/try", {"body": {}, "path": "predict?x=1"}),
        ("POST", "services/fruit/try", {"body": {}, "path": "http://elsewhere"}),
        ("GET", "models/fruit?project=..%2f", None),
    ],
)
def test_no_name_leads_out_of_its_place(api: Any, method: str, path: str, body: Any) -> None:
    answer = api.ask("admin", method, path, json=body)
    assert answer.status_code in (400, 404, 422)
    assert set(answer.json()) == {"error_code", "error_msg"}


def test_an_unknown_parameter_is_refused_with_the_known_ones(api: Any) -> None:
    answer = api.ask("viewer", "GET", "events?limt=3")
    assert answer.status_code == 400
    assert "did you mean limit?" in answer.json()["error_msg"]
    assert api.ask("viewer", "GET", "models?project=default").status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("models/fruit/promote", {"version": "one"}, "body.version"),
        ("models/fruit/promote", {"version": 1, "expected": 1}, "body.expected"),
        ("models/fruit/promote", {}, "body.version"),
        ("tokens", {"name": "x", "role": "root"}, "body.role"),
        ("tokens", {"name": "", "role": "viewer"}, "body.name"),
        ("approvals/default/fruit/r1", {"approved": True, "comment": "x" * 3000}, "body.comment"),
    ],
)
def test_a_body_that_does_not_fit_is_answered_with_its_field(
    api: Any, path: str, body: Any, field: str
) -> None:
    answer = api.ask("admin", "POST", path, json=body)
    assert answer.status_code == 422
    assert answer.json()["error_msg"].startswith(field)


def test_the_document_shows_errors_as_they_are(api: Any) -> None:
    document = api.ask("viewer", "GET", "openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path == "/livez":
                continue
            (error,) = [s for s in operation["responses"] if not s.startswith("2")]
            schema = operation["responses"][error]["content"]["application/json"]["schema"]
            problem = "BmlProblem" if path.startswith(BML) else "Problem"
            assert schema == {"$ref": f"#/components/schemas/{problem}"}, (method, path)
    fields = document["components"]["schemas"]["Problem"]["properties"].keys()
    assert api.ask("viewer", "GET", "models?limit=x").json().keys() == fields


def test_what_is_no_json_is_said_so(api: Any) -> None:
    headers = {"Content-Type": "application/json"}
    answer = api.ask("admin", "POST", "tokens", content=b"{", headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error_code"] == "api.bad_request"


@pytest.mark.parametrize("length", ["300000", "-1", "many", "9" * 40])
def test_a_body_that_is_too_large_or_lies_is_refused_unread(api: Any, length: str) -> None:
    headers = {"Content-Length": length, "Content-Type": "application/json"}
    answer = api.ask("admin", "POST", "tokens", content=b"{}", headers=headers)
    assert answer.status_code == 413


def test_a_body_without_a_length_is_counted(api: Any) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(10):
            yield b" " * 65_536

    answer = api.ask("admin", "POST", "tokens", content=endless())
    assert answer.status_code == 413
    assert answer.json()["error_code"] == "api.too_large"


def test_errors_are_in_the_readers_language(api: Any) -> None:
    headers = {"Accept-Language": "zh-CN,zh;q=0.9"}
    for answer in (
        api.http.get("/api/v1/models", headers=headers),
        api.ask("admin", "GET", "models/nothing", headers=headers),
        api.ask("viewer", "POST", "services/fruit/stop", headers=headers),
        api.ask("admin", "GET", "nothing", headers=headers),
    ):
        assert re.search("[\u4e00-\u9fff]", answer.json()["error_msg"]), answer.text
    assert "There is nothing" in api.ask("admin", "GET", "nothing").json()["error_msg"]


def test_an_unforeseen_error_is_a_number_and_never_a_trace(
    api: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("the secret is 7")

    monkeypatch.setattr("aileron.client.local.models.models", broken)
    answer = api.ask("viewer", "GET", "models")
    assert (answer.status_code, answer.json()["error_code"]) == (500, "api.internal")
    number = re.search(r"number ([0-9a-f]{12})", answer.json()["error_msg"])
    assert number is not None
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert number[1] in caplog.text


class Broken(IdentityProvider):
    """A login that cannot be looked at."""

    kind = "token"

    async def identify(self, request: Any) -> Asker:
        raise RuntimeError("no idea")


def test_when_the_login_cannot_be_checked_nobody_gets_in(installation: Installation) -> None:
    app = create_app(installation, Broken(), pages=False)
    with TestClient(app, base_url="http://api", raise_server_exceptions=False) as http:
        answer = http.get("/api/v1/models")
    assert answer.status_code == 500
    assert set(answer.json()) == {"error_code", "error_msg"}


def test_a_silent_ledger_is_told_as_unavailable(installation: Installation) -> None:
    from aileron.ledger import Ledger

    away = Ledger("postgresql://nobody:secret@127.0.0.1:9/none")
    with TestClient(create_app(installation, TokenIdentity(away)), base_url="http://api") as http:
        answer = http.get("/api/v1/models", headers={"Authorization": "Bearer ail_x"})
    assert answer.status_code == 503
    assert "secret" not in answer.text


def test_reports_come_with_a_policy_that_lets_them_do_nothing(api: Any) -> None:
    api.history.trained("r1")
    for path in ("runs/default/fruit/r1/report", "models/fruit/versions/1/report"):
        answer = api.ask("viewer", "GET", path)
        assert answer.text == PAGE
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("sandbox;")
        assert "allow-scripts" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_answers_are_not_sniffed_and_say_nothing_of_the_page_before(api: Any) -> None:
    answer = api.ask("viewer", "GET", "models")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_process_is_alive_without_a_login(api: Any) -> None:
    assert api.http.get("/livez").json() == {"status": "ok"}


def test_every_route_is_documented(api: Any) -> None:
    document = api.ask("viewer", "GET", "openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert (method.upper(), path) in OPEN or operation["x-role"] in ROLES
            good = next(a for s, a in operation["responses"].items() if s.startswith("2"))
            if "204" not in operation["responses"]:
                schema = next(iter(good["content"].values()))["schema"]
                assert schema, (method, path)
