"""api.md from the OpenAPI document, client.md from the class `Client`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from fastapi import FastAPI
from reference_text import NOTE, table

from aileron.api import sign_in
from aileron.api.bml.routes import bml_routes
from aileron.api.routes import all_routes
from aileron.client.base import Client

API: Final = """\
The routes of the HTTP API. [How to use tokens](../how-to/api-tokens.md) says how a caller logs
in. The whole document, with every field of every answer, is `/api/v1/openapi.json` of a running
API. An error is `{"error_code", "error_msg"}`, in English or Chinese by `Accept-Language`.
Lists are arrays; times are ISO 8601 in UTC. A route answers those who have its role or a higher
one, from `viewer` over `annotator`, `developer` and `operator` to `admin`. Signing in and out is
for browsers where `aileron api` runs alone: inside Airflow its login does. `GET /livez` says that
the process is alive, to anybody."""
CLIENT: Final = """\
`aileron.client()` gives a `Client`. With `AILERON_API_URL` and `AILERON_API_TOKEN` set it speaks
to that server, else to this machine's installation; the verbs and the answers are the same. See
[how to work from a notebook](../how-to/notebook.md)."""


def api() -> str:
    """The page of the routes, by subject."""
    application = FastAPI()
    application.include_router(all_routes())
    application.include_router(sign_in.router)
    application.include_router(bml_routes())
    routes = sorted(_routes(application.openapi()), key=lambda route: route[0])
    parts = [f"# HTTP API\n\n{NOTE}\n\n{API}"]
    for tag, group in groupby(routes, key=lambda route: route[0]):
        parts.append(f"## {tag.capitalize()}")
        heads = ("Route", "What", "Role", "Takes", "Answers")
        parts.append(table(heads, [row[1:] for row in group]))
    return "\n\n".join(parts) + "\n"


def _routes(document: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            query = [
                f"`{p['name']}`" for p in operation.get("parameters", ()) if p["in"] == "query"
            ]
            body = operation.get("requestBody", {}).get("content", {})
            takes = query + [_name(content.get("schema", {})) for content in body.values()]
            answers = [
                _name(content.get("schema", {}))
                for status, answer in operation["responses"].items()
                if status.startswith("2")
                for content in answer.get("content", {}).values()
            ]
            route = f"`{method.upper()} {path}`"
            role = operation.get("x-role", "anybody")
            found = (route, operation["summary"], role, ", ".join(takes), ", ".join(answers))
            yield (operation["tags"][0], *found)


def _name(schema: Mapping[str, Any]) -> str:
    """What a body is, in a word."""
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if schema.get("type") == "array":
        return f"list of {_name(schema['items'])}"
    return str(schema.get("type", "any"))


def client() -> str:
    """The page of the class `Client`, in the order of its sources; what it inherits comes last."""
    parts = [f"# Python client\n\n{NOTE}\n\n{CLIENT}"]
    functions: dict[str, Any] = {}
    for kind in Client.__mro__:
        functions = functions | {n: f for n, f in vars(kind).items() if n not in functions}
    for name, function in functions.items():
        if inspect.isfunction(function) and not name.startswith("_"):
            text = inspect.cleandoc(function.__doc__ or "")
            parts += [f"## {name}", f"```text\n{name}{_signature(function)}\n```", _markdown(text)]
    return "\n\n".join(parts) + "\n"


def _signature(function: Any) -> str:
    """As the source has it, without `self` and without the package of the records."""
    found = inspect.signature(function)
    rest = [p for p in found.parameters.values() if p.name != "self"]
    return re.sub(r"\br\.|'", "", str(found.replace(parameters=rest)))


def _markdown(text: str) -> str:
    """A docstring as Markdown: its sections as lists."""
    lines = []
    section = False
    for line in text.replace("``", "`").splitlines():
        if line in ("Args:", "Raises:"):
            section = True
            lines += [f"{line[:-1]}:", ""]
        elif section and re.match(r" {4}\w+:", line):
            name, _, about = line.strip().partition(": ")
            lines.append(f"- `{name}`: {about}")
        else:
            lines.append(line.strip() if section else line)
    return "\n".join(lines)
