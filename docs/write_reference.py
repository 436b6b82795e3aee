"""`make docs`: writes the parts of docs/reference that follow from the code.

Whole files (components, cli, documents, formats, api, client, kubernetes), and in files written by
hand the tables between ``<!-- made: NAME -->`` and ``<!-- end -->``. A test compares them with
the code.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from reference_code import api, client
from reference_documents import documents
from reference_formats import formats_page
from reference_kubernetes import kubernetes_page
from reference_quality import expectations_page
from reference_text import NOTE, anchor, fields, table

from aileron.cli import command as program
from aileron.core.catalogue import installed, step_class
from aileron.core.errors import messages
from aileron.core.steps import Step

REFERENCE: Final = Path(__file__).parent / "reference"
BY_HAND: Final = ("service.md", "image_service.md", "gateway.md")
"""Files with made tables inside."""


def reference() -> dict[Path, str]:
    """File -> the text that it should have."""
    makers = {
        "api.md": api,
        "cli.md": commands,
        "client.md": client,
        "components.md": components,
        "documents.md": documents,
        "expectations.md": expectations_page,
        "formats.md": formats_page,
        "kubernetes.md": kubernetes_page,
    }
    pages = {REFERENCE / name: make() for name, make in makers.items()}
    for name in BY_HAND:
        path = REFERENCE / name
        pages[path] = filled(path.read_text(encoding="utf-8"))
    return pages


def filled(text: str) -> str:
    """`text` with each made part as it should be."""
    makers = {
        "faults": service_faults,
        "rows": row_faults,
        "pictures": picture_faults,
        "gateway": gateway_problems,
    }

    def made(found: re.Match[str]) -> str:
        return f"{found[1]}\n{makers[found[2]]()}\n<!-- end -->"

    return re.sub(r"(<!-- made: (\w+) -->).*?<!-- end -->", made, text, flags=re.DOTALL)


def components() -> str:
    """components.md."""
    steps = [step_class(name) for name in installed()]
    contents = [
        (f"[`{step.name}`](#{anchor(step.name)})", step.kind, step.title["en"], step.title["zh"])
        for step in steps
    ]
    about = (
        "The installed steps, as `aileron component show NAME` tells them. Their configs are "
        "sections of a [lifecycle](../guide/lifecycle.md) or a node's `config` in a pipeline."
    )
    parts = [
        f"# Components\n\n{NOTE}\n\n{about}",
        table(("Step", "Kind", "Title", "标题"), contents),
    ]
    return "\n\n".join([*parts, *(part for step in steps for part in component(step))]) + "\n"


def component(step: type[Step]) -> Iterator[str]:
    """The section of one step."""
    yield f"## {step.name}"
    yield f"{step.title['en']} ({step.title['zh']}). Kind: {step.kind}. Version: {step.version}."
    ports = [
        (f"`{name}`", way, f"{port.kind}{' (optional)' if port.optional else ''}", port.help)
        for way, declared in (("in", step.inputs), ("out", step.outputs))
        for name, port in declared.items()
    ]
    yield table(("Port", "", "Artifact", "What"), ports)
    schema = step.Config.model_json_schema()
    definitions = schema.get("$defs", {})
    if not schema.get("properties"):
        yield "It takes no config."
        return
    yield fields(schema, definitions)
    for name, definition in definitions.items():
        if "properties" in definition:
            yield f"`{name}`:"
            yield fields(definition, definitions)


def commands() -> str:
    """cli.md."""
    about = "Every command of `aileron`, as its `--help` tells it."
    parts = [f"# Command line\n\n{NOTE}\n\n{about}"]
    for words, help_text in helps(program, ("aileron",)):
        parts.append(f"{'#' * min(len(words) + 1, 3)} {' '.join(words)}")
        parts.append(f"```text\n{help_text}\n```")
    return "\n\n".join(parts) + "\n"


def helps(found: click.Command, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each command's words and help, depth first."""
    context = click.Context(
        found,
        info_name=" ".join(words),
        terminal_width=80,
        max_content_width=80,
        help_option_names=["-h", "--help"],
    )
    yield words, found.get_help(context).rstrip()
    if isinstance(found, click.Group):
        for name in found.list_commands(context):
            inner = found.get_command(context, name)
            if inner is not None:
                yield from helps(inner, (*words, name))


def service_faults() -> str:
    """Every refusal of a service but those about a row."""
    from aileron.serve.errors import FAULTS

    rows = [(fault.status, int(fault.code), fault.en) for fault in FAULTS.values()]
    return table(("Status", "`error_code`", "Sentence"), sorted(rows))


def row_faults() -> str:
    """Every refusal that is about a row."""
    from aileron.serve.encoding import SENTENCES, RowError
    from aileron.serve.errors import envelope

    rows = []
    for code, texts in SENTENCES.items():
        status, body = envelope(RowError(code))
        rows.append((status, json.loads(body)["error_code"], texts["en"]))
    return table(("Status", "`error_code`", "Sentence"), rows)


def picture_faults() -> str:
    """Every refusal that is about a picture itself."""
    from aileron.serve.errors import envelope
    from aileron.serve.picture_errors import SENTENCES, PictureError

    values = {"found": "", "wanted": "", "problem": "", "limit": "", "pixels": ""}
    rows = []
    for code, texts in SENTENCES.items():
        status, body = envelope(PictureError(code, **values))
        rows.append((status, json.loads(body)["error_code"], texts["en"]))
    return table(("Status", "`error_code`", "Sentence"), rows)


def gateway_problems() -> str:
    """Everything that the gateway says itself."""
    from aileron.gateway import envelope

    problems = [p for p in vars(envelope).values() if isinstance(p, envelope.Problem)]
    rows = [
        (
            problem.status,
            problem.code,
            "" if problem.retry_after is None else f"{problem.retry_after} s",
            messages("gateway")[problem.message_id.partition(".")[2]]["en"],
        )
        for problem in problems
    ]
    return table(("Status", "`error_code`", "`Retry-After`", "Sentence"), sorted(rows))


if __name__ == "__main__":
    for path, text in reference().items():
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(REFERENCE.parents[1])}\n")
