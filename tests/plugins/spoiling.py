"""Files that something has happened to: cut short, with strange bytes, with strange values."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import strategies as st
from plugins.annotated import MemoryTree

from aileron.core.errors import InvalidInput
from aileron.data.formats.port import Format
from aileron.data.formats.problems import Problems

STRANGE: list[Any] = [
    None, True, -1, 0, 3, 1e300, 10**18, -0.5, "", "x", "NaN", "1e999", "9" * 400, "\u0000",
    "../../etc/passwd", [], {}, [[]], [None], [1, 2], [[1e308, 1e308]], {"": []}, {"x": "y"},
]  # fmt: skip
STRANGE_TEXT = [str(value) for value in STRANGE] + ["nan", "1,2;;", ",", ";", "-5", "1 2", "<"]
STRANGE_PIECES = [
    b"", b"\n", b"\x00", b"\xff\xfe", b"\xc3", b"[" * 2000, b"</a>", b"<!DOCTYPE a>", b"&x;", b"- ",
    b": ", b"&a [*a]", b" 0", b" nan", b" 1e999", b"-",
]  # fmt: skip
_VALUE = re.compile(r'="([^"]*)"')
_TEXT = re.compile(r">([^<]+)<")


def read_all(format_: Format[Any], tree: MemoryTree) -> tuple[list[Any], Problems]:
    """What a tree holds, and its problems; both are empty if the whole is refused."""
    problems = Problems()
    try:
        samples = list(format_.read(tree, None, problems).samples)
    except InvalidInput as error:
        _check_told(error)
        return [], problems
    assert all(problem.reason.render("en") for problem in problems)
    assert all(problem.reason.render("zh") for problem in problems)
    return samples, problems


def _check_told(error: InvalidInput) -> None:
    assert error.render("en") != error.render("zh")


@st.composite
def spoiled(draw: st.DrawFn, tree: MemoryTree, ending: str) -> MemoryTree:
    """`tree` with one of the files of that `ending` spoiled in one to three places."""
    paths = [path for path in tree.paths() if path.endswith(ending)]
    path = draw(st.sampled_from(paths))
    content = tree.files[path]
    for _ in range(draw(st.integers(1, 3))):
        ways = [_cut, _other_byte, _other_piece]
        if ending == ".json":
            ways += [_other_value] * 6
        elif ending == ".xml":
            ways += [_other_words] * 6
        content = draw(st.sampled_from(ways))(draw, content)
    return MemoryTree({**tree.files, path: content})


def _cut(draw: st.DrawFn, content: bytes) -> bytes:
    return content[: draw(st.integers(0, len(content)))]


def _other_byte(draw: st.DrawFn, content: bytes) -> bytes:
    if not content:
        return content
    place = draw(st.integers(0, len(content) - 1))
    return content[:place] + bytes([draw(st.integers(0, 255))]) + content[place + 1 :]


def _other_piece(draw: st.DrawFn, content: bytes) -> bytes:
    """A piece is gone, doubled, or something strange."""
    start = draw(st.integers(0, len(content)))
    end = draw(st.integers(start, min(len(content), start + 40)))
    piece = draw(st.sampled_from([*STRANGE_PIECES, content[start:end] * 2]))
    return content[:start] + piece + content[end:]


def _other_value(draw: st.DrawFn, content: bytes) -> bytes:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return content
    places = list(_places(document))
    if not places:
        return content
    holder, key = draw(st.sampled_from(places))
    if draw(st.booleans()) and isinstance(holder, dict):
        del holder[key]
    else:
        holder[key] = draw(st.sampled_from(STRANGE))
    return json.dumps(document).encode()


def _places(value: Any) -> Any:
    if not isinstance(value, (dict, list)):
        return
    listed = enumerate(value) if isinstance(value, list) else ()
    pairs = value.items() if isinstance(value, dict) else listed
    for key, item in pairs:
        yield value, key
        if isinstance(item, (dict, list)):
            yield from _places(item)


def _other_words(draw: st.DrawFn, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    pattern = draw(st.sampled_from([_VALUE, _VALUE, _TEXT]))
    found = list(pattern.finditer(text))
    if not found:
        return content
    start, end = draw(st.sampled_from(found)).span(1)
    new = draw(st.sampled_from(STRANGE_TEXT)).replace("<", "&lt;").replace('"', "")
    return (text[:start] + new + text[end:]).encode()
