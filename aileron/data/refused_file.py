"""What an import left out, as a file to take away: ``refused.zip``.

It holds ``problems.csv``, a row for each problem, and below ``files/`` the refused files that
are one sample each, so that they can be mended and imported.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.data.export_step import write_facts
from aileron.data.refusals import LeftOut
from aileron.data.trees.sinks import FileSink, open_sink
from aileron.data.trees.tree import FileTree

FILE: Final = "refused.zip"
TABLE: Final = "problems.csv"
FOLDER: Final = "files"
MOST_BYTES: Final = 1 << 30
MOST_FILES: Final = 10_000
"""What the zip holds of the files themselves."""


def write_refused(folder: Path, left: LeftOut, tree: FileTree) -> dict[str, Path]:
    """Write the artifact of port ``refused`` into `folder`; no output if nothing was left out.

    Args:
        tree: the source that the files are in.
    """
    if not left.count:
        return {}
    folder.mkdir(parents=True)
    with open_sink(folder / FILE) as sink:
        sink.write(TABLE, _table(left))
        missing = _originals(sink, left, tree)
    losses = dict(_losses(left, missing))
    write_facts(folder, FILE, "zip", losses)
    return {"refused": folder}


def _table(left: LeftOut) -> bytes:
    """CSV that spreadsheets open as UTF-8."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("file", "line", "reason"))
    rows.writerows((one.file, one.line or "", one.reason) for one in left)
    return codecs.BOM_UTF8 + text.getvalue().encode()


def _originals(sink: FileSink, left: LeftOut, tree: FileTree) -> int:
    """Copy the files that are refused as a whole; returns how many do not fit."""
    inside = set(tree.paths())
    alone = len(inside) == 1  # the source itself
    wanted = {one.file for one in left if one.line is None and one.keep and not alone} & inside
    files = size = missing = 0
    for path in sorted(wanted):
        content = _content(tree, path, MOST_BYTES - size) if files < MOST_FILES else None
        if content is None:
            missing += 1
            continue
        sink.write(f"{FOLDER}/{path}", content)
        files, size = files + 1, size + len(content)
    return missing


def _content(tree: FileTree, path: str, most: int) -> bytes | None:
    """The bytes of a file; None if they are too many, or the archive is damaged there."""
    if tree.size(path) > most:
        return None
    try:
        return tree.read(path)
    except InvalidInput:
        return None


def _losses(left: LeftOut, missing: int) -> Mapping[str, str]:
    losses = {}
    if missing:
        losses["files"] = (
            f"{missing:,} refused files are not in it: they are damaged in the archive, or beyond "
            f"{MOST_FILES:,} files and {MOST_BYTES >> 30} GB."
        )
    unnamed = left.count - sum(1 for _ in left)
    if unnamed:
        losses["problems"] = f"{unnamed:,} more problems are counted and not listed."
    return losses
