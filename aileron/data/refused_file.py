"""What an import left out, as a file to take away: ``refused.zip``.

It holds ``problems.csv``, a row for each problem, and what was refused, so that it can be mended
and imported: below ``files/`` the refused files that are one sample each, below ``rows/`` the
refused rows of tables under the headers of their files.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from aileron.core.errors import InvalidInput, Language
from aileron.data.export_step import write_facts
from aileron.data.refusals import LeftOut
from aileron.data.trees.sinks import FileSink, open_sink
from aileron.data.trees.tree import FileTree

FILE: Final = "refused.zip"
TABLE: Final = "problems.csv"
FILES: Final = "files"
ROWS: Final = "rows"
MOST_BYTES: Final = 1 << 30
MOST_FILES: Final = 10_000
"""What the zip holds of the files themselves."""
ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell begins with that a spreadsheet may calculate. Names of files come from users.
https://owasp.org/www-community/attacks/CSV_Injection"""
MARK: Final = "'"
"""Put before such a cell, and before one that begins with it: taking one off gives the cell."""
REASONS: Final[Mapping[Language, str]] = {"en": "reason", "zh": "reason_zh"}
"""Language -> the column of the table that has the reasons in it."""


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
    return _facts(folder, left, _lost_files(missing))


def write_refused_rows(
    folder: Path, left: LeftOut, rows: Mapping[str, bytes], missing: int
) -> dict[str, Path]:
    """Write the artifact of port ``refused`` of a table; no output if nothing was left out.

    Args:
        rows: name of a file -> its refused rows.
        missing: how many these do not hold.
    """
    if not left.count:
        return {}
    folder.mkdir(parents=True)
    with open_sink(folder / FILE) as sink:
        sink.write(TABLE, _table(left))
        for name, content in rows.items():
            sink.write(f"{ROWS}/{name}", content)
    lost = {"rows": f"{missing:,} refused rows are not in it: they are too many, or too large."}
    return _facts(folder, left, lost if missing else {})


def _facts(folder: Path, left: LeftOut, losses: Mapping[str, str]) -> dict[str, Path]:
    unnamed = left.count - sum(1 for _ in left)
    more = {"problems": f"{unnamed:,} more problems are counted and not listed."}
    write_facts(folder, FILE, "zip", {**losses, **(more if unnamed else {})})
    return {"refused": folder}


def _table(left: LeftOut) -> bytes:
    """CSV that spreadsheets open as UTF-8, and calculate nothing of."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("file", "line", *REASONS.values()))
    rows.writerows(_cells(left))
    return codecs.BOM_UTF8 + text.getvalue().encode()


def _cells(left: LeftOut) -> Iterator[tuple[str, ...]]:
    for one in left:
        reasons = (harmless(one.reason.render(language)) for language in REASONS)
        yield harmless(one.file), str(one.line or ""), *reasons


def harmless(cell: str) -> str:
    """`cell` as text that no spreadsheet takes for a formula."""
    return MARK + cell if cell.startswith((*ACTIVE, MARK)) else cell


def plain(cell: str) -> str:
    """What `harmless` was given."""
    return cell.removeprefix(MARK)


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
        sink.write(f"{FILES}/{path}", content)
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


def _lost_files(missing: int) -> Mapping[str, str]:
    if not missing:
        return {}
    return {
        "files": f"{missing:,} refused files are not in it: they are damaged in the archive, or "
        f"beyond {MOST_FILES:,} files and {MOST_BYTES >> 30} GB."
    }
