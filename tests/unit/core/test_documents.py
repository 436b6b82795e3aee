"""A mistake in a YAML file is answered with file, line, field and what would be right."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from aileron.core.documents import check, parse_document, read_document
from aileron.core.errors import InvalidInput


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    depth: int = 3


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    kind: Literal["a", "b"] = "a"
    inner: Inner = Inner()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nam: x\n", "f.yaml:1: There is no field nam; did you mean name?"),
        ("name: x\nkind: c\n", "f.yaml:2: kind is 'c': Input should be 'a' or 'b'."),
        ("name: x\ninner:\n  dept: 1\n", "f.yaml:3: There is no field inner.dept; did you mean"),
        ("name: x\ninner:\n  depth: deep\n", "f.yaml:3: inner.depth is 'deep':"),
        ("name: x\nname: y\n", "f.yaml:2: name is given twice."),
        ("- x\n", "f.yaml:1: The file must hold `key: value` lines; found list."),
        ("name: [x\n", "f.yaml:2: The file is not YAML:"),
        ("", "f.yaml:1: name is missing."),
    ],
)
def test_a_mistake_is_answered_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check(Outer, parse_document(text, Path("f.yaml")))
    assert caught.value.render("en").startswith(sentence)


def test_a_right_document_becomes_its_model() -> None:
    document = parse_document("name: x\ninner: {depth: 5}\n", Path("f.yaml"))
    assert check(Outer, document) == Outer(name="x", inner=Inner(depth=5))


def test_a_file_that_is_absent_or_not_text_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        read_document(tmp_path / "absent.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(InvalidInput, match="not UTF-8"):
        read_document(tmp_path / "binary.yaml")
