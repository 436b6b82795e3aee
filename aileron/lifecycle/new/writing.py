"""The documents of a new lifecycle as YAML files, written together or not at all.

Nothing that exists is overwritten: a lifecycle, a pipeline or a dataset of the name is refused
before the data is looked at, and a file that appears meanwhile is refused by its creation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from aileron.core.errors import Conflict
from aileron.core.settings import Settings
from aileron.data.definition import (
    DATASETS_FOLDER,
    DEFINITION_FILE,
    EXPECTATIONS_FILE,
    dataset_folder,
    defined_datasets,
)
from aileron.lifecycle.load import workflow_files
from aileron.lifecycle.new.proposal import Proposal
from aileron.lifecycle.spec import API_VERSION

WIDTH: Final = 100
SCHEMA: Final = "# yaml-language-server: $schema={}/{}.schema.json\n"


def dataset_folder_of(settings: Settings, name: str) -> Path:
    """The folder that the definition of dataset `name` gets."""
    return settings.workspace / DATASETS_FOLDER / name


def check_free(settings: Settings, name: str) -> None:
    """Raise `Conflict` if the workspace has a lifecycle, a pipeline or a dataset of `name`."""
    known = workflow_files(settings).get(name)
    if known is None and name in defined_datasets(settings.workspace):
        known = dataset_folder_of(settings, name) / DEFINITION_FILE
    if known is not None:
        raise Conflict("lifecycle.new_exists", where=str(known), name=name)


def documents(settings: Settings, name: str, proposal: Proposal) -> dict[Path, str]:
    """File -> its text, for each document of `proposal`."""
    folder = dataset_folder_of(settings, name)
    lifecycle = settings.workspace / "configs" / "lifecycles" / f"{name}.yaml"
    beside, above = "../schema", "../../configs/schema"
    texts = {
        folder / DEFINITION_FILE: SCHEMA.format(above, "dataset") + text(proposal.dataset),
        lifecycle: SCHEMA.format(beside, "lifecycle") + text(proposal.lifecycle),
    }
    if proposal.expectations:
        texts[folder / EXPECTATIONS_FILE] = suite_text(proposal.expectations)
    return texts


def suite_text(expectations: Iterable[Mapping[str, Any]]) -> str:
    """``expectations.yaml`` of these expectations."""
    suite = {
        "apiVersion": API_VERSION,
        "kind": "ExpectationSuite",
        "expectations": [dict(one) for one in expectations],
    }
    return SCHEMA.format("../../configs/schema", "expectations") + text(suite)


def write_suite(settings: Settings, name: str, expectations: Iterable[Mapping[str, Any]]) -> Path:
    """Write ``expectations.yaml`` of a defined dataset, which has none yet.

    Raises:
        NotFound: the workspace defines no such dataset.
        Conflict: it has one.
    """
    path = dataset_folder(settings.workspace, name) / EXPECTATIONS_FILE
    if path.exists():
        raise Conflict("lifecycle.suite_exists", where=str(path), name=name)
    write({path: suite_text(expectations)})
    return path


def write(texts: Mapping[Path, str]) -> None:
    """Create the files; those already created are taken back if one cannot be.

    Raises:
        Conflict: one of them exists by now.
    """
    made: list[Path] = []
    try:
        for path, content in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                made.append(path)
                file.write(content)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            path = Path(error.filename)
            raise Conflict("lifecycle.new_exists", where=str(path), name=path.stem) from None
        raise


class _Dumper(yaml.SafeDumper):
    """Blocks for the two outer levels, one line for what lies inside them."""


def text(values: Mapping[str, Any]) -> str:
    """`values` as YAML that people like to edit."""
    lines = []
    for key, value in values.items():
        lines.append(_entry(key, value))
    return "".join(lines)


def _entry(key: str, value: Any) -> str:
    """One field of the document: short values on its line, long ones as a block of lines."""
    line = _flow({key: value})[1:-1] + "\n"
    if not isinstance(value, Mapping | list | tuple) or not value:
        return line
    if len(line) <= WIDTH and _is_flat(value):
        return line
    if isinstance(value, Mapping):
        inner = "".join(f"  {_flow({k: v})[1:-1]}\n" for k, v in value.items())
    else:
        inner = "".join(f"  - {_flow(item)}\n" for item in value)
    return f"{_flow(key)}:\n{inner}"


def _is_flat(value: Any) -> bool:
    items = value.values() if isinstance(value, Mapping) else value
    return not any(isinstance(item, Mapping) for item in items)


def _flow(value: Any) -> str:
    """`value` as YAML on one line."""
    dumped = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=True,
        allow_unicode=True,
        sort_keys=False,
        width=10**9,
    )
    return dumped.removesuffix("\n").removesuffix("\n...")
