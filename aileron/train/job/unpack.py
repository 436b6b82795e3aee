"""A SOURCE artifact laid out as files: an archive is unpacked, anything else is a file.

Hidden files, and what systems and interpreters leave behind, are left out. Names are checked by
`aileron.data.trees`: no member of an archive leads out of the folder.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.data.trees.archive import open_archive
from aileron.data.trees.paths import is_junk
from aileron.data.trees.tree import only_file

ARCHIVES: Final = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".rar")
"""How the names of files end that are unpacked."""
SCRIPT: Final = b"#!"
"""A file that begins so is made executable, since archives often forget that."""
CACHES: Final = ("__pycache__", "__MACOSX")


def is_left_out(path: str) -> bool:
    """Whether a file of a code or data folder stays behind: hidden, or made anew anyway."""
    return is_junk(path) or any(part in CACHES for part in path.split("/"))


def is_archive(name: str) -> bool:
    """Whether a file of that name is unpacked."""
    return name.lower().endswith(ARCHIVES)


def lay_out(source: Path, folder: Path, work: Path) -> int:
    """Put the files of the SOURCE artifact in `source` into the new `folder`; returns how many.

    Args:
        work: takes what a packed archive is unpacked through.

    Raises:
        InvalidInput: an archive is damaged, holds links, or unsafe or too many names.
    """
    folder.mkdir(parents=True)
    file = only_file(source)
    if not is_archive(file.name):
        _mark(Path(shutil.copyfile(file, folder / file.name)))
        return 1
    return _unpack(file, folder, work)


def _unpack(archive: Path, folder: Path, work: Path) -> int:
    work.mkdir(parents=True, exist_ok=True)
    opened, count = open_archive(archive, work), 0
    for member in opened.members:
        if not member.path or is_left_out(member.path):
            continue
        if member.kind == "link":
            raise InvalidInput("train.job.link", where=archive.name, path=member.path)
        target = folder / member.path
        if member.kind == "folder":
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(member.path) as packed, target.open("wb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
        _mark(target)
        count += 1
    shutil.rmtree(work)
    return count


def _mark(path: Path) -> None:
    """Make a script executable."""
    with path.open("rb") as file:
        if file.read(len(SCRIPT)) == SCRIPT:
            path.chmod(0o755)
