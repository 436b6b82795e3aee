"""The list of what passes the gate: exact paths, known methods, named parameters."""

from __future__ import annotations

import pytest

from aileron.api.labelling.routes import FILES, PAGE, ROUTES, find


@pytest.mark.parametrize(
    ("method", "path", "numbers"),
    [
        ("GET", "/api/tasks/7", {"task": 7}),
        ("GET", "/api/tasks/7/", {"task": 7}),
        ("POST", "/api/tasks/7/annotations/8/drafts", {"task": 7, "annotation": 8}),
        ("PATCH", "/api/annotations/8", {"annotation": 8}),
        ("DELETE", "/api/drafts/9", {"draft": 9}),
        ("GET", "/api/projects/5", {"project": 5}),
    ],
)
def test_what_passes_names_what_it_is_of(method: str, path: str, numbers: dict[str, int]) -> None:
    found = find(method, path)
    assert found is not None
    assert found[1] == numbers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/tasks/7"),
        ("PATCH", "/api/tasks/7"),
        ("PATCH", "/api/projects/5"),
        ("GET", "/api/projects"),
        ("GET", "/api/projects/5/export"),
        ("POST", "/api/projects/5/import"),
        ("GET", "/api/tasks/7/annotations"),
        ("GET", "/api/annotations/8"),
        ("GET", "/api/tasks/7/../8"),
        ("GET", "/api/tasks/7x"),
        ("GET", "/api/tasks/٧"),
        ("GET", "/api/tasks/7\n"),
        ("GET", "//api/tasks/7"),
        ("GET", "/api/tasks/9999999999"),
        ("GET", "/api/webhooks"),
        ("GET", "/api/current-user/token"),
        ("POST", "/api/users"),
        ("GET", "/user/login"),
    ],
)
def test_what_is_not_on_the_list_does_not_pass(method: str, path: str) -> None:
    assert find(method, path) is None


def test_files_are_names_without_ways_up() -> None:
    for path in ("/static/js/a.min.js", "/react-app/main.css", "/favicon.ico"):
        assert FILES.fullmatch(path), path
    for path in (
        "/static/../api",
        "/static//a",
        "/static/.env",
        "/data/upload/1/x.png",
        "/static/",
    ):
        assert not FILES.fullmatch(path), path
    assert PAGE.fullmatch("/projects/5/data")
    assert not PAGE.fullmatch("/projects/5/settings")


def test_what_writes_is_of_one_task() -> None:
    for route in ROUTES:
        if route.writes:
            assert {"task", "annotation", "draft"} & set(route.pattern.groupindex), route
        elif route.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            assert route.made or route.fixed, route
