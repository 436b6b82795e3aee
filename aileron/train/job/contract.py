"""What an algorithm must keep to before it goes online, checked point by point.

The code is looked at and never run.
"""

from __future__ import annotations

import ast
import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from aileron.core.catalogue import installed
from aileron.core.errors import AileronError, InvalidInput
from aileron.serve.custom_contract import NotServing, form_of
from aileron.train.job.algorithm import AlgorithmSpec
from aileron.train.job.artefact import check_pinned
from aileron.train.job.library import CODE

LARGEST_CODE: Final = 100 << 20
"""Bytes of an algorithm's code; what is larger belongs into a dataset or an image."""
_INTERPRETERS: Final = ("python", "python3", "bash", "sh", "torchrun")


def unmet(spec: AlgorithmSpec, folder: Path) -> list[AileronError]:
    """Each point of the contract that the algorithm in `folder` does not keep, as a sentence."""
    code = folder / CODE
    if f"train.{spec.name}" in installed():
        return [InvalidInput("train.job.algorithm_preset", name=spec.name)]
    if not code.is_dir() or not any(path.is_file() for path in code.rglob("*")):
        return [InvalidInput("train.job.algorithm_without_code", name=spec.name)]
    return [*_of_files(code), *_of_command(spec, code), *_of_serving(spec, code)]


def _of_files(code: Path) -> Iterator[AileronError]:
    size = 0
    for path in sorted(code.rglob("*")):
        name = path.relative_to(code).as_posix()
        if path.is_symlink():
            yield InvalidInput("train.job.algorithm_link", file=name)
        elif path.is_file():
            size += path.stat().st_size
            if path.suffix == ".py":
                yield from _of_python(path, name)
    if size > LARGEST_CODE:
        most, found = LARGEST_CODE >> 20, size >> 20
        yield InvalidInput("train.job.algorithm_too_large", size=found, most=most)


def _of_python(path: Path, name: str) -> Iterator[AileronError]:
    try:
        ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as error:
        yield InvalidInput("train.job.algorithm_not_python", file=name, problem=str(error))


def _of_command(spec: AlgorithmSpec, code: Path) -> Iterator[AileronError]:
    """The file that the command starts is there."""
    try:
        words = shlex.split(spec.command)
    except ValueError as error:
        yield InvalidInput("train.job.algorithm_command", command=spec.command, problem=str(error))
        return
    starts_file = len(words) > 1 and words[0] in _INTERPRETERS and not words[1].startswith("-")
    if starts_file and not (code / words[1]).is_file():
        yield InvalidInput("train.job.algorithm_no_file", field="command", file=words[1])


def _of_serving(spec: AlgorithmSpec, code: Path) -> Iterator[AileronError]:
    """What it takes to serve its models. Files that training makes are not there yet."""
    if spec.framework == "other" and spec.serving is None:
        yield InvalidInput("train.job.algorithm_without_model", name=spec.name)
    if spec.serving is None:
        return
    module = code / spec.serving.module
    if not module.is_file():
        file = spec.serving.module
        yield InvalidInput("train.job.algorithm_no_file", field="serving.module", file=file)
    else:
        try:
            form_of(module.read_text(encoding="utf-8"), spec.framework)
        except (NotServing, UnicodeDecodeError) as error:
            file = spec.serving.module
            yield InvalidInput("train.job.not_serving", module=file, problem=str(error))
    for text in spec.serving.requirements:
        try:
            check_pinned(text)
        except InvalidInput as error:
            yield error
    yield from _of_sample(spec.serving.sample, code)


def _of_sample(name: str | None, code: Path) -> Iterator[AileronError]:
    if name is None or not (code / name).is_file():
        return
    try:
        found = json.loads((code / name).read_text(encoding="utf-8"))
    except ValueError as error:
        yield InvalidInput("train.job.bad_sample", file=name, problem=str(error))
        return
    if not isinstance(found, dict):
        problem = f"it is a {type(found).__name__}"
        yield InvalidInput("train.job.bad_sample", file=name, problem=problem)
