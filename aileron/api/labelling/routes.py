"""The few requests of Label Studio that pass the gate; whatever is not here is refused.

They are those that its labelling page makes when somebody looks at the tasks of a project, opens
one, draws, saves, updates, skips and goes on (version 1.23). Each is of one project, task,
annotation or draft, which the gate finds in a package of the person before it asks Label Studio.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

Adds = Literal["annotation", "draft"]
Made = Literal["version", "whoami", "users", "nothing", "no_links", "views", "view"]
"""Answers of the gate itself, which Label Studio is not asked for."""


@dataclass(frozen=True)
class Route:
    """One kind of request.

    Args:
        pattern: of the path without `/label`; its named groups are numbers: ``project``, ``task``,
            ``annotation``, ``draft``. Without any, the project is in the query.
        query: parameters that go on, with what they may be; others are left out.
        keys: fields of the JSON body that go on; others are left out.
        writes: it changes something of a task.
        adds: it makes another one of these in its task.
        draws: the body's ``result`` must be an annotation of the sample.
        made: the gate answers by itself.
        fixed: parameters that are always sent so.
    """

    methods: frozenset[str]
    pattern: re.Pattern[str]
    query: dict[str, re.Pattern[str]] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    writes: bool = False
    adds: Adds | None = None
    draws: bool = False
    made: Made | None = None
    fixed: tuple[tuple[str, str], ...] = ()


FILES: Final = re.compile(
    r"/(?:static|react-app|label-studio-frontend)(?:/[A-Za-z0-9_@~+-][A-Za-z0-9_.@~+-]*)+"
    r"|/favicon\.ico"
)
"""Files of Label Studio's pages, the same for everybody."""
PAGE: Final = re.compile(r"/projects/(?P<project>[0-9]{1,9})/data/?")
"""The labelling page, which is the list of tasks too."""
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_WORD: Final = re.compile(r"[a-z_,]{1,200}")
_FLAG: Final = re.compile(r"true|false|0|1")
_SAID: Final = frozenset({"result", "lead_time", "was_cancelled", "draft_id", "unique_id"})
_DRAFTED: Final = frozenset({"result", "lead_time", "unique_id"})


def _route(methods: str, pattern: str, **given: object) -> Route:
    named = re.sub(r"\{(\w+)\}", r"(?P<\1>[0-9]{1,9})", pattern)
    whole = re.compile(f"/api/{named}/?")
    return Route(frozenset(methods.split()), whole, **given)  # type: ignore[arg-type]


ROUTES: Final = (
    # What the page asks of the server and of who is there.
    _route("GET", "version", made="version"),
    _route("GET", "current-user/whoami", made="whoami"),
    _route("GET", "users", made="users"),
    _route("GET", "ml", made="nothing"),
    _route("GET", "label_links", made="no_links"),
    # Tabs are how somebody sorts and hides columns; Label Studio's could be of another project.
    _route("GET", "dm/views", made="views"),
    _route("POST", "dm/views", made="view"),
    _route("PUT PATCH DELETE", r"dm/views/[0-9]{1,9}", made="view"),
    # The project of the package.
    _route("GET", "projects/{project}"),
    _route("GET", "projects/{project}/label-stream-history"),
    _route("GET", "dm/project", query={"interaction": _WORD, "include": _WORD}),
    _route("GET", "dm/columns"),
    # Its tasks.
    _route(
        "GET",
        "tasks",
        query={"page": _NUMBER, "page_size": re.compile(r"[1-9][0-9]?|[12][0-9][0-9]")},
    ),
    _route("GET", "tasks/{task}", query={"interaction": _WORD}),
    _route("POST", "dm/actions", fixed=(("id", "next_task"),)),
    # What is drawn.
    _route(
        "POST",
        "tasks/{task}/annotations",
        query={"was_cancelled": _FLAG},
        keys=_SAID,
        writes=True,
        adds="annotation",
        draws=True,
    ),
    _route(
        "PATCH PUT",
        "annotations/{annotation}",
        query={"was_cancelled": _FLAG},
        keys=_SAID,
        writes=True,
        draws=True,
    ),
    _route("DELETE", "annotations/{annotation}", writes=True),
    _route(
        "POST",
        "annotations/{annotation}/convert-to-draft",
        keys=_DRAFTED,
        writes=True,
        adds="draft",
    ),
    _route("POST", "tasks/{task}/drafts", keys=_DRAFTED, writes=True, adds="draft"),
    _route(
        "POST",
        "tasks/{task}/annotations/{annotation}/drafts",
        keys=_DRAFTED,
        writes=True,
        adds="draft",
    ),
    _route("GET", "drafts/{draft}"),
    _route("PATCH PUT", "drafts/{draft}", keys=_DRAFTED, writes=True),
    _route("DELETE", "drafts/{draft}", writes=True),
)


def find(method: str, path: str) -> tuple[Route, dict[str, int]] | None:
    """The route of a request with the numbers in its path; None: it does not pass."""
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match and method in route.methods:
            return route, {name: int(text) for name, text in match.groupdict().items()}
    return None
