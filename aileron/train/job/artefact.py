"""The MODEL that a job leaves: its files with their digests, its code, and how it is served.

``model.json`` has the contract ``custom``; ``files/`` is ``./output`` as it was, and ``code/`` the
job's code where it serves the model. Nothing of it is loaded here.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from aileron.core.digest import digest_file, digest_json
from aileron.core.errors import InvalidInput
from aileron.core.steps import Context
from aileron.serve.custom_contract import NotServing, form_of
from aileron.store.manifest import is_safe
from aileron.train.job import mlflow_files, tensorboard
from aileron.train.job.files import files_below, shown
from aileron.train.job.layouts import model_path
from aileron.train.job.metrics import Measured
from aileron.train.job.spec import JobServing, JobWork

FORMAT_VERSION: Final = 1
CONTRACT: Final = "custom"
MODEL_FILES: Final = "files"
CODE: Final = "code"
NOT_OF_MODEL: Final = (mlflow_files.STORE, tensorboard.KEPT, "checkpoints")
"""Folders of ``./output`` that are kept with the job and are no part of its model."""
_SKIPPED: Final = ("__pycache__", ".git", ".ipynb_checkpoints")


def write_model(
    context: Context, work: JobWork, code: Path | None, output: Path, measured: Measured
) -> Path | None:
    """Write the job's MODEL; None of framework ``other`` that has no serving code.

    Args:
        code: the job's code as it was snapshotted, None if it is in the image.
        output: ``./output`` after the job has ended.

    Raises:
        InvalidInput: ./output is no model of the framework, or is a link; the sentence says what
            is missing.
    """
    if work.framework == "other" and work.serving is None:
        return None
    if output.is_symlink():
        raise InvalidInput("train.job.linked_output")
    main = model_path(work.framework, output, work.model_file)
    folder = context.output("model")
    _copy(output, folder / MODEL_FILES, NOT_OF_MODEL, context.log)
    if work.serving is not None and code is not None:
        _copy(code, folder / CODE, (), context.log)
    serving = None if work.serving is None else _serving(folder, work.serving, work.framework)
    files = list(_listed(folder))
    document = {
        "format_version": FORMAT_VERSION,
        "contract": CONTRACT,
        "algorithm": "train.job",
        "framework": work.framework,
        "task": CONTRACT,
        "file": None if main is None else f"{MODEL_FILES}/{main.relative_to(output).as_posix()}",
        "file_digest": digest_json(files),
        "files": files,
        "serving": serving,
        "metrics": dict(measured.last),
        "parameters": dict(measured.parameters) | dict(work.parameters),
        "job": {"command": work.command},
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")
    return folder


def _serving(folder: Path, serving: JobServing, framework: str) -> dict[str, Any]:
    """How the model is served, checked as far as text can be."""
    module = _found(folder, serving.module, "module")
    try:
        form_of(module.read_text(encoding="utf-8"), framework)
    except (NotServing, UnicodeDecodeError) as error:
        raise InvalidInput(
            "train.job.not_serving", module=serving.module, problem=str(error)
        ) from None
    for text in serving.requirements:
        check_pinned(text)
    return {
        "module": module.relative_to(folder).as_posix(),
        "requirements": list(serving.requirements),
        "sample": None if serving.sample is None else _sample(folder, serving.sample),
    }


def _found(folder: Path, name: str, field: str) -> Path:
    """The file `name` of the job's code, else of ./output."""
    for place in (CODE, MODEL_FILES):
        path = folder / place / name
        if path.is_file() and path.resolve().is_relative_to((folder / place).resolve()):
            return path
    raise InvalidInput("train.job.serving_file_missing", field=field, file=name)


def check_pinned(text: str) -> None:
    """Raise `InvalidInput` unless the requirement `text` names one version."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        specifiers = list(Requirement(text).specifier)
    except InvalidRequirement:
        specifiers = []
    if [one.operator for one in specifiers] != ["=="] or "*" in str(specifiers[0]):
        raise InvalidInput("train.job.not_pinned", requirement=text)


def _sample(folder: Path, name: str) -> dict[str, Any]:
    path = _found(folder, name, "sample")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidInput("train.job.bad_sample", file=name, problem=str(error)) from None
    if not isinstance(found, dict):
        problem = f"it is a {type(found).__name__}"
        raise InvalidInput("train.job.bad_sample", file=name, problem=problem)
    return found


def _copy(source: Path, target: Path, without: tuple[str, ...], log: Callable[[str], None]) -> None:
    """Copy the plain files of `source`, without the top folders `without`, links and caches.

    What has a name that the store does not take is left out, and said.
    """
    for path in sorted(files_below(source)):
        place = path.relative_to(source)
        if place.parts[0] in without or set(place.parts) & set(_SKIPPED):
            continue
        if not is_safe(place.as_posix()):
            log(f"{shown(place.as_posix())} is no part of the model, by its name")
        elif path.is_file() and not path.is_symlink():
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / place)


def _listed(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield {
                "path": path.relative_to(folder).as_posix(),
                "digest": digest_file(path),
                "size": path.stat().st_size,
            }
