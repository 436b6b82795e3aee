"""formats.md: the preservation matrix and the layouts, from what the formats declare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reference_text import NOTE, table

from aileron.data.formats import Format, formats
from aileron.data.formats.records import TASKS
from aileron.data.formats.traits import TRAITS

ABOUT: Final = """\
Formats of annotated data, each read and written. `aileron dataset convert SOURCE TARGET --to
FORMAT` turns one into another; a folder, a zip and a tar are the same to all of them. A sample
that cannot be used is left out whole and told of with file, line and reason.

In the matrices **kept** means that what is written is read back equal, **lossy** that it is
written with the loss told below and a warning at the export, **-** that the export refuses
data which has it. Property tests hold every format to each of its cells."""
FATES: Final = {"kept": "kept", "lossy": "lossy", "refused": "-"}
HEADS: Final = {
    "image": "Pictures", "text": "Texts", "audio": "Recordings", "series": "Time series",
}  # fmt: skip


def formats_page() -> str:
    """The page."""
    parts = [f"# Formats\n\n{NOTE}\n\n{ABOUT}"]
    for modality in TASKS:
        found = formats(modality)
        parts.append(f"## {HEADS[modality]}")
        heads = ["", *(f"`{format_.name}`" for format_ in found)]
        rows = [
            [trait.value.replace("_", " "), *(FATES[one.keeps[trait].fate] for one in found)]
            for trait in TRAITS[modality]
        ]
        parts.append(table(heads, rows))
        parts += [part for format_ in found for part in _section(format_)]
    return "\n\n".join(parts) + "\n"


def _section(format_: Format[Any]) -> Iterator[str]:
    yield f"### {format_.name}"
    title = " / ".join(dict.fromkeys(format_.title.values()))
    tasks = ", ".join(task.replace("_", " ") for task in format_.tasks)
    yield f"{title}. Holds: {tasks}. Defined at {format_.source}."
    yield f"```text\n{format_.layout}\n```"
    if format_.options:
        chosen = "; ".join(
            f"`{name}` is {', '.join(values)}" for name, values in format_.options.items()
        )
        yield f"Options, the default first (`--option NAME=VALUE`): {chosen}."
    lost = [
        f"- {trait.value.replace('_', ' ')}: {cell.reason.render('en')}"
        for trait, cell in format_.keeps.items()
        if cell.fate == "lossy" and cell.reason is not None
    ]
    if lost:
        yield "Lossy:\n\n" + "\n".join(lost)
