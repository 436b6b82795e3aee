"""XML is read with lines, and never more than the file itself."""

from __future__ import annotations

import pytest
from plugins.annotated import MemoryTree

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import parse_xml


def parse(content: bytes) -> object:
    return parse_xml(MemoryTree({"a.xml": content}), "a.xml")


def test_each_element_knows_its_line() -> None:
    root = parse_xml(MemoryTree({"a.xml": b"<a>\n\n<b>x &amp; y</b></a>"}), "a.xml")
    found = [(element.tag, element.line, element.text) for element in root]  # type: ignore[attr-defined]
    assert (root.line, found) == (1, [("b", 3, "x & y")])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gbk", "gb2312", "gb18030"])
def test_chinese_xml_is_read_in_the_encodings_that_tools_write(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>绝缘子</a>'
    root = parse_xml(MemoryTree({"a.xml": text.encode(encoding)}), "a.xml")
    assert root.text == "绝缘子"


@pytest.mark.parametrize(
    ("content", "where", "words"),
    [
        (b"<a>\n<b></a>", "a.xml:2", "mismatched tag"),
        (b"", "a.xml:1", "no element"),
        (b'<a>\n<b c="1" c="2"/></a>', "a.xml:2", "duplicate"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "a.xml:1", "unknown encoding"),
        (b"<a>" * 1000, "a.xml:1", "200 deep"),
        (b"\n<!DOCTYPE a><a/>", "a.xml:2", "document type"),
        (b"<a>\n&nbsp;</a>", "a.xml:2", "undefined entity"),
    ],
)
def test_what_is_no_xml_is_refused_with_its_line(content: bytes, where: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse(content)
    assert refusal.value.where == where
    assert words in refusal.value.render("en")


def test_entities_that_expand_into_each_other_or_into_files_are_refused() -> None:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 30))
    with pytest.raises(InvalidInput, match="document type"):
        parse(f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a>&l29;</a>'.encode())
    with pytest.raises(InvalidInput, match="document type"):
        parse(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')
