"""The gate on the real Label Studio: what is theirs passes, and nothing else does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest
from plugins.labelling_office import KEY, PROJECT, Office, choice
from plugins.labelstudio import RunningStudio
from plugins.waiting import wait_until

from aileron.label.studio.server import environment_folder
from aileron.label.tickets import hook_secret, sign, verify

SAY_ROUTES = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings.label_studio"
import label_studio
sys.path.insert(0, os.path.dirname(label_studio.__file__))
import django
django.setup()
from django.urls import get_resolver
def walk(patterns, before=""):
    for one in patterns:
        path = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from walk(one.url_patterns, path)
        else:
            yield path
print("ROUTES" + json.dumps(sorted(set(walk(get_resolver().url_patterns)))))
"""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def every_route(labelstudio: RunningStudio) -> list[str]:
    """All that Label Studio itself has, as its program says."""
    done = subprocess.run(
        [str(environment_folder() / "bin" / "python"), "-c", SAY_ROUTES],
        env={**os.environ, **labelstudio.variables()},
        cwd=labelstudio.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    routes: list[str] = json.loads(done.stdout.partition("ROUTES")[2].splitlines()[0])
    assert len(routes) > 300
    return routes


def filled(route: str, ids: dict[str, int]) -> str | None:
    """A path that the route takes, its numbers those of somebody's; None for one with a form."""
    path = route.replace("^", "").replace("\\", "").replace("$", "").replace("/?", "/")
    for kind in ("task", "annotation", "project", "draft"):
        path = re.sub(rf"<int:{kind}_(id|pk)>", str(ids[kind]), path)
    for kind, folder in (
        ("task", "tasks"), ("annotation", "annotations"), ("draft", "drafts"),
        ("project", "projects"), ("project", ""),
    ):  # fmt: skip
        path = re.sub(rf"({folder}/)(<int:\w+>|\(\?P<pk>[^)]*\))", rf"\g<1>{ids[kind]}", path)
    path = re.sub(r"<\w+:\w+>|<\w+>|\(\?P<\w+>[^)]*\)", "1", path)
    return None if re.search(r"[<>()\[\]*]", path) else f"/label/{path.lstrip('/')}"


@pytest.fixture
def drawn(office: Office) -> dict[str, int]:
    """The numbers of anna's project, with an annotation and a draft."""
    anna = office.person("anna", 1)
    task, other = office.tasks(1)[:2]
    made = anna.post(f"/label/api/tasks/{task}/annotations", json={"result": choice("normal")})
    draft = anna.post(f"/label/api/tasks/{other}/drafts", json={"result": choice("normal")})
    assert (made.status_code, draft.status_code) == (201, 201), (made.text, draft.text)
    package = office.package(1)
    return {
        "project": package.studio_project or 0,
        "task": task,
        "annotation": made.json()["id"],
        "draft": draft.json()["id"],
        "package": package.id,
        "campaign": package.campaign_id,
    }


def theirs(ids: dict[str, int]) -> list[tuple[str, str, object]]:
    """Every request that the gate lets through to whoever has the package."""
    project, task, annotation, draft = (
        ids[name] for name in ("project", "task", "annotation", "draft")
    )
    said = {"result": choice("defective"), "lead_time": 1}
    return [
        ("GET", f"/label/projects/{project}/data", None),
        ("GET", f"/label/projects/{project}/data/?task={task}", None),
        ("GET", f"/label/media/{ids['campaign']}/{ids['package']}/1", None),
        ("GET", f"/label/api/users?project={project}", None),
        ("GET", f"/label/api/ml?project={project}", None),
        ("GET", f"/label/api/label_links?project={project}", None),
        ("GET", f"/label/api/dm/views?project={project}", None),
        ("POST", f"/label/api/dm/views?project={project}", {"data": {}}),
        ("PATCH", f"/label/api/dm/views/1?project={project}", {"data": {}}),
        ("GET", f"/label/api/projects/{project}", None),
        ("GET", f"/label/api/projects/{project}/label-stream-history", None),
        ("GET", f"/label/api/dm/project?project={project}", None),
        ("GET", f"/label/api/dm/columns?project={project}", None),
        ("GET", f"/label/api/tasks?project={project}&page=1&page_size=30", None),
        ("GET", f"/label/api/tasks/{task}", None),
        ("GET", f"/label/api/tasks/{task}?project={project}", None),
        ("POST", f"/label/api/dm/actions?id=next_task&project={project}", {}),
        ("PATCH", f"/label/api/annotations/{annotation}", said),
        ("POST", f"/label/api/tasks/{task}/annotations/{annotation}/drafts", said),
        ("GET", f"/label/api/drafts/{draft}", None),
        ("PATCH", f"/label/api/drafts/{draft}", said),
        ("POST", f"/label/api/tasks/{task}/annotations", said),
        ("POST", f"/label/api/tasks/{task}/drafts", said),
        ("DELETE", f"/label/api/drafts/{draft}", None),
        ("DELETE", f"/label/api/annotations/{annotation}", None),
    ]


def counts(office: Office, number: int) -> list[tuple[int, int]]:
    """(annotations, drafts) of each task, as Label Studio has them."""
    states = office.studio.states(office.package(number).studio_project or 0)
    return [(len(one.annotations), len(one.drafts)) for one in states]


def test_all_that_passes_for_whom_it_is_fails_for_others(
    office: Office, drawn: dict[str, int]
) -> None:
    before = counts(office, 1)
    ben, nobody = office.person("ben", 2), office.person("nobody")
    for method, path, body in theirs(drawn):
        refused = ben.request(method, path, json=body)
        assert refused.status_code in (403, 404), (method, path, refused.status_code)
        assert refused.json()["detail"]
        assert nobody.request(method, path, json=body).status_code == 401, path
    assert counts(office, 1) == before
    anna = office.person("anna", 1)
    for method, path, body in theirs(drawn):
        passed = anna.request(method, path, json=body)
        assert passed.status_code < 300, (method, path, passed.text)
        assert "set-cookie" not in passed.headers
        assert "platform@aileron.local" not in passed.text


def test_no_other_route_of_label_studio_passes(
    office: Office, drawn: dict[str, int], every_route: list[str]
) -> None:
    anna, ben = office.person("anna", 1), office.person("ben", 2)
    before = counts(office, 1)
    paths = sorted({path for route in every_route if (path := filled(route, drawn))})
    assert len(paths) > 200
    passes = {path.partition("?")[0].rstrip("/") for _, path, _ in theirs(drawn)}
    passes |= {"/label/api/version", "/label/api/current-user/whoami", "/label/favicon.ico"}
    forms = r"/label/(api/dm/views/\d+|(static|react-app|label-studio-frontend)/.*)/?"
    passes |= {path for path in paths if re.fullmatch(forms, path)}
    tried = 0
    for path in paths:
        for method in METHODS:
            answer = ben.request(method, path, json={"project": drawn["project"]})
            allowed = {path, path.rstrip("/")} & passes
            assert answer.status_code in ((200, 403, 404) if allowed else (403, 404)), (
                method, path, answer.status_code,
            )  # fmt: skip
            tried += 1
        if not {path, path.rstrip("/")} & passes:  # not even for whom the package is
            closed = anna.get(path)
            assert closed.status_code in (403, 404), (path, closed.status_code)
    assert tried > 1000
    assert counts(office, 1) == before


def test_a_request_of_ones_own_carries_nothing_of_another(
    office: Office, drawn: dict[str, int]
) -> None:
    ben = office.person("ben", 2)
    mine, task = office.package(2).studio_project, office.tasks(2)[0]
    said = {"result": choice("normal")}
    stolen = [
        ("GET", f"/label/api/tasks/{drawn['task']}?project={mine}", None),
        ("GET", f"/label/api/tasks/{task}?project={drawn['project']}", None),
        ("GET", f"/label/api/tasks/{task}?project={drawn['project']}&project={mine}", None),
        ("POST", f"/label/api/tasks/{task}/annotations/{drawn['annotation']}/drafts", said),
        ("POST", f"/label/api/tasks/{task}/annotations", {**said, "draft_id": drawn["draft"]}),
        ("POST", f"/label/api/tasks/{task}/annotations", {**said, "draft_id": "x"}),
        ("GET", f"/label/media/{drawn['campaign']}/{drawn['package']}/1", None),
        ("GET", f"/label/media/{drawn['campaign'] + 1}/{office.package(2).id}/1", None),
        ("GET", f"/label/media/{drawn['campaign']}/{office.package(2).id}/6", None),
        ("GET", f"/label/static/../api/projects/{drawn['project']}", None),
        ("GET", f"/label/static/%2e%2e/api/projects/{drawn['project']}", None),
        ("GET", f"/label//api/projects/{drawn['project']}", None),
        ("GET", f"/api/projects/{drawn['project']}", None),
        ("POST", f"/label/api/dm/actions?id=delete_tasks&project={drawn['project']}", {}),
    ]
    before = counts(office, 1)
    for method, path, body in stolen:
        assert ben.request(method, path, json=body).status_code in (403, 404), (method, path)
    # What goes on of a body and a query is what is named; the rest cannot do anything.
    view = ben.get(f"/label/api/tasks?project={mine}&view={drawn['project']}&query=x&fields=all")
    assert {one["id"] for one in view.json()["tasks"]} == set(office.tasks(2))
    trick = {"project": drawn["project"], "selectedItems": {"all": True}, "filters": {}}
    asked = ben.post(f"/label/api/dm/actions?id=delete_tasks&project={mine}", json=trick)
    assert asked.json()["id"] in office.tasks(2)
    assert len(office.studio.states(mine or 0)) == 5
    odd = {**said, "task": drawn["task"], "project": drawn["project"], "completed_by": 7}
    made = ben.post(f"/label/api/tasks/{task}/annotations", json=odd)
    assert (made.json()["task"], made.json()["completed_by"]) == (task, 1)
    assert counts(office, 1) == before


def test_a_ticket_is_good_once_for_a_minute_and_only_as_it_was_made(office: Office) -> None:
    ticket = office.ticket("anna", 1)
    with httpx.Client(trust_env=False) as browser:
        assert browser.get(ticket).status_code == 303
        cookie = browser.cookies["aileron_label"]
    with httpx.Client(trust_env=False) as other:
        assert other.get(ticket).status_code == 403
        assert not other.cookies
        text = ticket.partition("ticket=")[2]
        body = verify(KEY, "ticket", text)
        address = ticket.partition("ticket=")[0] + "ticket="
        for wrong in (
            sign("another key", "ticket", body),
            sign(KEY, "session", body),
            sign(KEY, "ticket", {**body, "made": time.time() - 61, "nonce": "n1"}),
            sign(KEY, "ticket", {**body, "made": time.time() + 61, "nonce": "n2"}),
            text[:-1],
            "",
            "a.b",
        ):
            assert other.get(address + wrong).status_code in (400, 403), wrong
        assert other.get(address + sign(KEY, "ticket", {**body, "nonce": "n3"})).status_code == 303
    session = verify(KEY, "session", cookie)
    project = office.package(1).studio_project
    for forged in (
        cookie[:-1] + ("0" if cookie[-1] != "0" else "1"),
        sign("another key", "session", session),
        sign(KEY, "ticket", session),
        sign(KEY, "session", {**session, "until": time.time() - 1}),
        "x",
    ):
        answer = httpx.get(
            f"{office.url}/label/projects/{project}/data",
            cookies={"aileron_label": forged},
            trust_env=False,
        )
        assert answer.status_code == 401, forged


def test_the_cookie_is_for_the_gate_and_no_script(office: Office) -> None:
    answer = httpx.get(office.ticket("anna", 1), trust_env=False)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/label;" in cookie + ";"
    assert "max-age=7200" in cookie


def test_writes_come_from_our_own_page(office: Office) -> None:
    anna = office.person("anna", 1)
    path = f"/label/api/tasks/{office.tasks(1)[0]}/annotations"
    for origin in ("http://elsewhere.example", "null"):
        answer = anna.post(path, json={"result": choice("normal")}, headers={"Origin": origin})
        assert answer.status_code == 403
    assert counts(office, 1)[0] == (0, 0)


def test_who_had_a_package_has_it_no_longer(office: Office) -> None:
    anna = office.person("anna", 1)
    task = office.tasks(1)[0]
    path, said = f"/label/api/tasks/{task}/annotations", {"result": choice("normal")}
    assert anna.post(path, json=said).status_code == 201
    office.work.transfer(office.package(1).id, "carla")
    assert anna.get(f"/label/api/tasks/{task}").status_code == 403
    assert anna.post(path, json=said).status_code == 403
    package = office.package(1)
    assert anna.get(f"/label/media/{package.campaign_id}/{package.id}/1").status_code == 403
    carla = office.person("carla", 1)
    assert carla.get(f"/label/api/tasks/{task}").json()["annotations"][0]["result"]


def submitted(office: Office, anna: httpx.Client) -> int:
    """The first package, all of it labelled and handed in."""
    package = office.package(1).id
    for task in office.tasks(1):
        path = f"/label/api/tasks/{task}/annotations"
        assert anna.post(path, json={"result": choice("normal")}).status_code == 201
    wait_until(lambda: all(i.digest for i in office.ledger.labelling.items(package)), 180)
    office.work.submit(package)
    return package


def test_who_looks_into_a_package_does_so_while_it_is_in_audit(office: Office) -> None:
    path = f"/label/api/tasks/{office.tasks(1)[0]}"
    browser = httpx.Client(base_url=office.url, trust_env=False)
    assert browser.get(office.ticket("rita", 1, look=True)).status_code == 403
    assert not browser.cookies
    package = submitted(office, office.person("anna", 1))
    rita = office.person("rita", 1, look=True)
    assert rita.get(path).status_code == 200
    for item in office.ledger.labelling.items(package):
        office.work.review(package, item.position, approved=False, comment="look again")
    office.work.audit(package, "has_errors")
    assert rita.get(path).status_code == 403
    media = f"/label/media/{office.campaign.id}/{package}/1"
    assert rita.get(media).status_code == 403
    office.work.transfer(package, "rita")  # what she opened to look is not for drawing
    write = rita.post(f"{path}/annotations", json={"result": choice("normal")})
    assert write.status_code == 403
    assert office.person("rita", 1).get(path).status_code == 200


def test_who_loses_a_package_while_they_write_writes_nothing(office: Office) -> None:
    anna, real = office.person("anna", 1), office.samples.bodies

    def slow(dataset: str, version: int, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        office.work.transfer(office.package(1).id, "carla")
        return real(dataset, version, ids)

    path = f"/label/api/tasks/{office.tasks(1)[0]}/annotations"
    assert office.gate is not None
    office.gate.reconciling.stop()  # it asks for the samples, too
    office.samples.bodies = slow  # type: ignore[method-assign]
    assert anna.post(path, json={"result": choice("normal")}).status_code == 403
    office.samples.bodies = real  # type: ignore[method-assign]
    assert counts(office, 1)[0] == (0, 0)


def test_a_task_takes_few_annotations_and_drafts(office: Office) -> None:
    anna, task = office.person("anna", 1), office.tasks(1)[0]
    said = {"result": choice("normal")}
    for what in ("annotations", "drafts"):
        made = [anna.post(f"/label/api/tasks/{task}/{what}", json=said) for _ in range(11)]
        assert [one.status_code for one in made] == [201] * 10 + [409]
        assert "10" in made[-1].json()["detail"]
    assert counts(office, 1)[0] == (10, 10)
    newest = office.studio.states(office.package(1).studio_project or 0)[0].annotations
    assert [bool(one.result) for one in newest].count(True) == 1
    assert newest[-1].result
    draft = anna.post(f"/label/api/annotations/{newest[0].id}/convert-to-draft", json=said)
    assert draft.status_code == 409
    assert anna.delete(f"/label/api/annotations/{newest[0].id}").status_code < 300
    assert anna.post(f"/label/api/tasks/{task}/annotations", json=said).status_code == 201


def test_what_is_submitted_or_approved_stays_as_it_is(office: Office) -> None:
    anna = office.person("anna", 1)
    tasks = office.tasks(1)
    package = submitted(office, anna)
    rita = office.person("rita", 1, look=True)
    path, said = f"/label/api/tasks/{tasks[0]}/annotations", {"result": choice("defective")}
    assert rita.post(path, json=said).status_code == 403
    refused = anna.post(path, json=said)
    assert refused.status_code == 409
    assert "submitted" in refused.json()["detail"]
    assert anna.get(f"/label/api/tasks/{tasks[0]}").status_code == 200
    assert rita.get(f"/label/api/tasks/{tasks[0]}").status_code == 200
    for position in range(1, 6):
        office.work.review(package, position, approved=position > 1, comment="look again")
    office.work.audit(package, "has_errors")
    assert anna.post(path, json=said).status_code == 201
    approved = anna.post(f"/label/api/tasks/{tasks[1]}/annotations", json=said)
    assert approved.status_code == 409
    assert "approved" in approved.json()["detail"]
    landing = anna.get(office.ticket("anna", 1)).headers["location"]
    assert landing.endswith(f"?task={tasks[0]}")
    office.work.end(office.campaign.name)
    assert anna.post(path, json=said).status_code == 409


def test_what_is_no_annotation_is_said_on_the_page(office: Office) -> None:
    anna = office.person("anna", 1)
    path = f"/label/api/tasks/{office.tasks(1)[0]}/annotations"
    for result in ([], choice("nothing of the kind"), "x", [1]):
        answer = anna.post(path, json={"result": result})
        assert answer.status_code == 400, answer.text
        assert answer.json()["detail"]
    assert anna.post(path, content=b"{").status_code == 400
    assert counts(office, 1)[0] == (0, 0)
    bad = choice("nothing of the kind")
    for body in (
        {"result": [], "was_cancelled": "yes"},
        {"result": [], "was_cancelled": 1},
        {"result": [], "was_cancelled": None},
        {"result": bad, "was_cancelled": True},
    ):
        assert anna.post(path, json=body).status_code == 400, body
    not_skipped = {"result": [], "was_cancelled": True}  # to Label Studio the query counts
    assert anna.post(f"{path}?was_cancelled=false", json=not_skipped).status_code == 400
    long = {"result": choice("normal"), "unique_id": "x" * (8 << 20)}
    assert anna.post(path, json=long).status_code == 413
    assert counts(office, 1)[0] == (0, 0)
    skipped = anna.post(path, json={"result": [], "was_cancelled": True})
    assert skipped.status_code == 201
    assert anna.post(f"{path}?was_cancelled=true", json={"result": []}).status_code == 201
    annotation = f"/label/api/annotations/{skipped.json()['id']}?was_cancelled=true"
    assert anna.patch(annotation, json={"result": []}).status_code == 400


def test_pictures_come_whole_and_in_parts(office: Office) -> None:
    anna, package = office.person("anna", 1), office.package(1)
    path = f"/label/media/{package.campaign_id}/{package.id}/1"
    whole = anna.get(path)
    assert whole.headers["content-type"] == "image/png"
    part = anna.get(path, headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, whole.content[:8])
    assert "sandbox" in whole.headers["content-security-policy"]
    assert whole.headers["cache-control"] == "private, max-age=600"
    assert whole.headers["x-content-type-options"] == "nosniff"


def test_a_hook_is_heard_of_our_label_studio_alone(office: Office) -> None:
    path = f"{office.url}/label/-/hook/{office.package(1).studio_project}"
    assert httpx.post(path, trust_env=False).status_code == 403
    forged = {"X-Aileron-Hook": hook_secret("another key")}
    assert httpx.post(path, headers=forged, trust_env=False).status_code == 403
    right = {"X-Aileron-Hook": hook_secret(KEY)}
    assert httpx.post(path, headers=right, trust_env=False).status_code == 204


def test_a_person_may_have_several_packages_open(office: Office) -> None:
    office.work.transfer(office.package(2).id, "anna")
    anna = office.person("anna", 1, 2)
    for number in (1, 2):
        assert anna.get(f"/label/api/tasks/{office.tasks(number)[0]}").status_code == 200
    ben = httpx.Client(cookies=anna.cookies, base_url=office.url, trust_env=False)
    office.work.transfer(office.package(1).id, "ben")
    assert ben.get(office.ticket("ben", 1)).status_code == 303
    assert ben.get(f"/label/api/tasks/{office.tasks(2)[0]}").status_code == 404


def test_the_page_asks_nothing_elsewhere(office: Office) -> None:
    anna = office.person("anna", 1)
    page = anna.get(f"/label/projects/{office.package(1).studio_project}/data")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert office.labelstudio.token not in page.text
    scripts = re.findall(r'src="(/label/(?:static|react-app)/[^"?]+\.js)', page.text)
    assert scripts
    assert [anna.get(one).status_code for one in scripts] == [200] * len(scripts)
    assert PROJECT == "default"


def test_the_page_runs_no_script_but_those_it_came_with(office: Office) -> None:
    anna, seen = office.person("anna", 1), set()
    for _ in range(2):
        page = anna.get(f"/label/projects/{office.package(1).studio_project}/data")
        policy = page.headers["content-security-policy"]
        (allowed,) = re.findall(r"script-src ([^;]*);", policy)
        assert "'unsafe-inline'" not in allowed
        assert "'unsafe-eval'" not in allowed
        (nonce,) = re.findall(r"'nonce-([\w-]{20,})'", allowed)
        inline = re.findall(r"<script(?![^>]* src=)([^>]*)>", page.text)
        assert len(inline) > 2
        assert all(f'nonce="{nonce}"' in one and one.count("nonce=") == 1 for one in inline)
        assert not re.search(r"<[^>]+\son[a-z]+=", page.text), "the policy stops handlers in tags"
        seen.add(nonce)
    assert len(seen) == 2


def test_who_submits_while_a_change_is_on_its_way_is_told_that_it_came_too_late(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Label Studio kept it, but what was handed in is without it."""
    anna, package = office.person("anna", 1), office.package(1).id
    paths = [f"/label/api/tasks/{task}/annotations" for task in office.tasks(1)]
    for path in paths:
        assert anna.post(path, json={"result": choice("normal")}).status_code == 201
    wait_until(lambda: all(i.digest for i in office.ledger.labelling.items(package)), 180)
    assert office.gate is not None
    upstream = office.gate.upstream
    ask = upstream.ask

    async def slow(*given: Any, **named: Any) -> Any:
        answer = await ask(*given, **named)
        office.work.submit(package)
        return answer

    monkeypatch.setattr(upstream, "ask", slow)
    late = anna.post(paths[0], json={"result": choice("defective")})
    assert late.status_code == 409
    assert "submitted" in late.json()["detail"]
