"""Putting algorithms into the workspace's library, and taking them out again."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from aileron.core.documents import Document, check, suggestion
from aileron.core.errors import Conflict, InvalidInput, NotFound
from aileron.core.names import check_name
from aileron.core.settings import Settings
from aileron.data.sources.resolve import fetch_source
from aileron.data.sources.spec import RemoteSource
from aileron.lifecycle.new.writing import SCHEMA, text
from aileron.lifecycle.spec import API_VERSION
from aileron.train.job.algorithm import AlgorithmSpec
from aileron.train.job.library import CODE, DOCUMENT, algorithm_folder, algorithm_names
from aileron.train.job.unpack import lay_out

LOCK: Final = "algorithms.lock"
HEAD = {"apiVersion": API_VERSION, "kind": "Algorithm"}


def register(
    settings: Settings,
    values: Mapping[str, Any],
    upload: str,
    noted: AbstractContextManager[None],
) -> AlgorithmSpec:
    """Write ``configs/algorithms/NAME`` from the fields of the document and an upload of code.

    The folder appears whole or not at all.

    Args:
        noted: entered before it appears, and told if it does not; alone with the library.

    Raises:
        Conflict: there is an algorithm of that name.
        InvalidInput: a field is wrong, or the upload is no code.
        NotFound: there is no such upload.
    """
    name = check_name(str(values.get("name", "")))
    folder = algorithm_folder(settings.workspace, name)
    if name in algorithm_names(settings.workspace) or folder.exists():
        raise Conflict("train.job.algorithm_exists", name=name)
    document = {**HEAD, **values}
    spec = check(AlgorithmSpec, Document(folder / DOCUMENT, document, {}))
    where = f"upload {upload}"
    files = fetch_source(RemoteSource(upload=upload), settings.workspace, settings.home, where)
    ((sent, file),) = files.items()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as made:
        _lay_out(sent, file, Path(made))
        written = SCHEMA.format("../../schema", "algorithm") + text(document)
        (Path(made, "whole") / DOCUMENT).write_text(written, encoding="utf-8")
        with _alone(settings):
            if folder.exists():  # another was quicker
                raise Conflict("train.job.algorithm_exists", name=name)
            with noted:
                Path(made, "whole").rename(folder)
    return spec


def _lay_out(name: str, file: Path, made: Path) -> None:
    """The code of an upload, sent under `name`, as the folder ``whole/code``."""
    source = made / "source"
    source.mkdir()
    (source / name).symlink_to(file)
    whole = made / "whole"
    whole.mkdir()
    if not lay_out(source, whole / CODE, made / "unpacked"):
        raise InvalidInput("train.job.algorithm_without_code", name=name)


def unregister(settings: Settings, name: str, forget: Callable[[], None]) -> None:
    """Remove the algorithm's document and code.

    Args:
        forget: called when they are gone; alone with the library.

    Raises:
        NotFound: another was quicker.
    """
    folder = algorithm_folder(settings.workspace, name)
    gone = folder.with_name(f".gone-{name}")
    with _alone(settings):
        if not folder.exists():
            hint = suggestion(name, algorithm_names(settings.workspace))
            raise NotFound("train.job.no_algorithm", name=name, hint=hint)
        shutil.rmtree(gone, ignore_errors=True)
        folder.rename(gone)
        forget()
    shutil.rmtree(gone)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One at a time: what is said of an algorithm is said of the folder that is there."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
