"""`make docs`: writes the parts of docs/reference that follow from the code.

Whole files (components.md, cli.md), and in files written by hand the tables between
``<!-- made: NAME -->`` and ``<!-- end -->``. A test compares them with the code.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from aileron.cli import command as program
from aileron.core.catalogue import installed, step_class
from aileron.core.errors import messages
from aileron.core.steps import Step
from aileron.lifecycle.form import simplified

REFERENCE: Final = Path(__file__).parent / "reference"
BY_HAND: Final = ("service.md", "gateway.md")
"""Files with made tables inside."""

_NOTE: Final = "<!-- Made by `make docs` from the code; edit that. -->"
_BOUNDS: Final = {
    "minimum": ">= {}",
    "exclusiveMinimum": "> {}",
    "maximum": "<= {}",
    "exclusiveMaximum": "< {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "pattern": "matches `{}`",
}


def reference() -> dict[Path, str]:
    """File -> the text that it should have."""
    pages = {REFERENCE / "components.md": components(), REFERENCE / "cli.md": commands()}
    for name in BY_HAND:
        path = REFERENCE / name
        pages[path] = filled(path.read_text(encoding="utf-8"))
    return pages


def filled(text: str) -> str:
    """`text` with each made part as it should be."""
    makers = {"faults": service_faults, "rows": row_faults, "gateway": gateway_problems}

    def made(found: re.Match[str]) -> str:
        return f"{found[1]}\n{makers[found[2]]()}\n<!-- end -->"

    return re.sub(r"(<!-- made: (\w+) -->).*?<!-- end -->", made, text, flags=re.DOTALL)


def components() -> str:
    """components.md."""
    steps = [step_class(name) for name in installed()]
    contents = [
        (f"[`{step.name}`](#{_anchor(step.name)})", step.kind, step.title["en"], step.title["zh"])
        for step in steps
    ]
    about = (
        "The installed steps, as `aileron component show NAME` tells them. Their configs are "
        "sections of a [lifecycle](../guide/lifecycle.md) or a node's `config` in a pipeline."
    )
    parts = [
        f"# Components\n\n{_NOTE}\n\n{about}",
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


def fields(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The table of an object's fields."""
    required = schema.get("required", ())
    rows = []
    for name, raw in schema["properties"].items():
        field = simplified(raw, definitions)
        default = "required" if name in required else _value(raw.get("default"))
        about = field.get("description", "") if "description" in raw or not _refers(raw) else ""
        rows.append((f"`{name}`", _type(raw), default, _range(field), about))
    return table(("Field", "Type", "Default", "Range", "What"), rows)


def commands() -> str:
    """cli.md."""
    about = "Every command of `aileron`, as its `--help` tells it."
    parts = [f"# Command line\n\n{_NOTE}\n\n{about}"]
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


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").split())


def _type(raw: Mapping[str, Any]) -> str:
    """The type of a field in words; definitions by their names."""
    if "anyOf" in raw:
        return " or ".join(_type(option) for option in raw["anyOf"])
    if "$ref" in raw:
        return f"`{raw['$ref'].rpartition('/')[2]}`"
    if "enum" in raw or "const" in raw:
        return " or ".join(f"`{choice}`" for choice in raw.get("enum", [raw.get("const")]))
    kind = str(raw.get("type", "any"))
    if kind == "array":
        return f"list of {_type(raw.get('items', {}))}"
    values = raw.get("additionalProperties")
    if kind == "object" and isinstance(values, Mapping):
        return f"mapping to {_type(values)}"
    return {"object": "mapping"}.get(kind, kind)


def _range(field: Mapping[str, Any]) -> str:
    return ", ".join(text.format(field[key]) for key, text in _BOUNDS.items() if key in field)


def _value(value: Any) -> str:
    if isinstance(value, str) and "\n" in value:
        return f"a text of {len(value.splitlines())} lines"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _refers(raw: Mapping[str, Any]) -> bool:
    """Whether the description would be that of the type, not of the field."""
    return "$ref" in raw or any("$ref" in option for option in raw.get("anyOf", ()))


def _anchor(heading: str) -> str:
    return heading.replace(".", "")


if __name__ == "__main__":
    for path, text in reference().items():
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(REFERENCE.parents[1])}\n")
