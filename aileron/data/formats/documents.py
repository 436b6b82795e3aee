"""Documents in a tree: JSON, XML and text, read with errors that name the file and the line."""

from __future__ import annotations

import re
from typing import Any, Final, cast
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from aileron.core.errors import InvalidInput
from aileron.data.formats.port import Tree
from aileron.data.formats.problems import Fault

_DEEPEST: Final = 200
"""Levels of XML; no format comes near, and code that walks elements may recurse."""
_CHINESE: Final = re.compile(
    rb"""\s*<\?xml[^>]*encoding\s*=\s*["'](?:gb2312|gbk|gb18030)["']""", re.IGNORECASE
)


class XmlElement(Element):
    """An element that knows its line in the file, counted from 1."""

    __slots__ = ("line",)
    line: int


def parse_json(tree: Tree, path: str) -> Any:
    """The JSON of file `path`.

    Raises:
        InvalidInput: it is none; says the line.
    """
    import orjson

    content = tree.read(path)
    try:
        return orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        where = f"{path}:{error.lineno}"
        raise InvalidInput("data.formats.not_json", where=where, problem=error.msg) from None


def parse_xml(tree: Tree, path: str) -> XmlElement:
    """The root of the XML of file `path`; namespaces stay prefixes of the names.

    A document type is refused, and with it all entities: what they expand to may be another
    file, or more than fits into memory (the reason for the library defusedxml).

    Raises:
        InvalidInput: it is none, or has a document type; says the line.
    """
    content = tree.read(path)
    builder = TreeBuilder(element_factory=XmlElement)
    try:
        if _CHINESE.match(content):  # Windows tools write it, and expat has no such tables
            content = content.decode("gb18030").encode()
            _xml_parser(path, builder, "utf-8").Parse(content, True)
        else:
            _xml_parser(path, builder).Parse(content, True)
        return cast("XmlElement", builder.close())
    except expat.ExpatError as error:
        where, problem = f"{path}:{error.lineno}", expat.ErrorString(error.code)
    except (ValueError, LookupError) as error:  # encodings that it does not know
        where, problem = f"{path}:1", str(error)
    raise InvalidInput("data.formats.not_xml", where=where, problem=problem)


def decode_text(tree: Tree, path: str) -> str:
    """The text of file `path`, in UTF-8 with or without a byte order mark.

    Raises:
        InvalidInput: it is in another encoding; says the line.
    """
    content = tree.read(path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInput("data.formats.not_utf8", where=f"{path}:{line}") from None


def field(values: Any, name: str, kind: type | tuple[type, ...]) -> Any:
    """Field `name` of a JSON object, which must be of `kind`.

    Raises:
        Fault: it is not there, or something else.
    """
    if not isinstance(values, dict) or name not in values:
        raise Fault("missing_field", field=name)
    found = values[name]
    if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
        shown = str(found)[:60]
        kinds = kind if isinstance(kind, tuple) else (kind,)
        wanted = _NAMES[kinds[-1]]
        raise Fault("wrong_field", field=name, found=shown, wanted=wanted)
    return found


def _xml_parser(
    path: str, builder: TreeBuilder, encoding: str | None = None
) -> expat.XMLParserType:
    parser = expat.ParserCreate(encoding)
    open_elements: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        open_elements.append(tag)
        if len(open_elements) > _DEEPEST:
            raise InvalidInput("data.formats.xml_deep", where=f"{path}:{parser.CurrentLineNumber}")
        element = cast("XmlElement", builder.start(tag, attributes))
        element.line = parser.CurrentLineNumber

    def end(tag: str) -> None:
        open_elements.pop()
        builder.end(tag)

    def refuse(*_: object) -> None:
        raise InvalidInput("data.formats.xml_doctype", where=f"{path}:{parser.CurrentLineNumber}")

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    return parser


_NAMES = {str: "text", int: "1", float: "1.0", list: "[]", dict: "{}", bool: "true / false"}
"""What is shown of a wanted kind, in any language."""
NUMBER = (int, float)
