"""Code and data of this machine become uploads: a file as it is, a folder as one tar."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aileron.core.errors import InvalidInput, NotFound
from aileron.train.job.spec import DATASET_VERSION

if TYPE_CHECKING:
    from aileron.client.base import Client

UPLOAD: Final = "upload:"
WORKSPACE: Final = "workspace:"
CODE_BYTES: Final = 512 << 20
"""Of a folder or file of code."""
DATA_BYTES: Final = 20 << 30
"""Of a folder or file of data."""
MEGABYTE: Final = 1 << 20


def code_place(client: Client, given: str) -> dict[str, str]:
    """``code`` of a job: a folder or file here, ``workspace:PATH`` or ``upload:ID``."""
    return _named(given) or _sent(client, Path(given), CODE_BYTES)


def data_place(client: Client, given: str) -> dict[str, str]:
    """``train_data`` of a job: as code, or ``name@v3`` of a dataset; what is here comes first."""
    named = _named(given)
    if named is not None:
        return named
    path = Path(given)
    if re.fullmatch(DATASET_VERSION, given) and ("@" in given or not path.exists()):
        return {"dataset": given}
    return _sent(client, path, DATA_BYTES)


def _named(given: str) -> dict[str, str] | None:
    for prefix, field in ((UPLOAD, "upload"), (WORKSPACE, "folder")):
        if given.startswith(prefix):
            return {field: given.removeprefix(prefix)}
    return None


def _sent(client: Client, path: Path, limit: int) -> dict[str, str]:
    """The upload of a file or folder.

    Raises:
        NotFound: there is none.
        InvalidInput: it is too large, or a folder with a link or without a file.
    """
    if path.is_dir():
        return _packed(client, path, limit)
    if not path.is_file():
        raise NotFound("cli.no_job_path", path=str(path))
    _check_size({path.name: path.stat().st_size}, path, limit)
    return {"upload": client.upload(path).id}


def _packed(client: Client, folder: Path, limit: int) -> dict[str, str]:
    from aileron.data.trees.folder import walk, write_tar
    from aileron.lifecycle.jobs import is_job_file

    found = dict(walk(folder, is_job_file))
    links = [name for name, kind in found.items() if kind == "link"]
    if links:
        raise InvalidInput("cli.link_in_job", path=str(folder), link=links[0])
    files = (name for name, kind in found.items() if kind == "file")
    sizes = {name: (folder / name).stat().st_size for name in files}
    _check_size(sizes, folder, limit)
    name = folder.resolve().name or "folder"
    with tempfile.TemporaryDirectory(prefix="aileron-job-") as work:
        tar = Path(work) / f"{name}.tar"
        with tar.open("wb") as out:
            write_tar(folder, out, is_job_file)
        return {"upload": client.upload(tar).id}


def _check_size(sizes: Mapping[str, int], path: Path, limit: int) -> None:
    if not sizes:
        raise InvalidInput("cli.empty_job_folder", path=str(path))
    total = sum(sizes.values())
    if total > limit:
        largest = max(sizes, key=lambda name: sizes[name])
        raise InvalidInput(
            "cli.job_too_large",
            path=str(path),
            size=total // MEGABYTE,
            limit=limit // MEGABYTE,
            largest=largest,
        )
