"""Every sentence exists in both languages with the same placeholders; errors survive transport."""

import pickle
import re
import string
import tomllib
from pathlib import Path

import pytest

import aileron
import aileron_airflow
from aileron.core.errors import AileronError, InvalidInput, NotFound

ROOTS = [Path(aileron.__file__).parent, Path(aileron_airflow.__file__).parent]
CATALOGUES = sorted(path for root in ROOTS for path in root.rglob("messages.toml"))


OWN_TEXTS = "as_said"
"""Whose values are a text for each language."""


def placeholders(text: str) -> set[str]:
    return {field.split("!")[0] for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.parent.name)
def test_every_sentence_exists_in_both_languages_with_the_same_placeholders(path: Path) -> None:
    for name, texts in tomllib.loads(path.read_text(encoding="utf-8")).items():
        assert set(texts) == {"en", "zh"}, name
        if name == OWN_TEXTS:
            continue
        assert placeholders(texts["en"]) == placeholders(texts["zh"]), name


def test_every_message_id_in_the_code_has_a_sentence() -> None:
    known = {
        f"{path.parent.name}.{name}"
        for path in CATALOGUES
        for name in tomllib.loads(path.read_text(encoding="utf-8"))
    }
    errors = "AileronError|InvalidInput|Refused|NotFound|Conflict|StepFailed|Unavailable|sentence"
    call = re.compile(rf"\b(?:{errors})\(\s*\"([a-z_]+\.[a-z0-9_]+)\"")
    used = {
        name
        for root in ROOTS
        for path in root.rglob("*.py")
        for name in call.findall(path.read_text(encoding="utf-8"))
    }
    assert used <= known, sorted(used - known)
    assert len(used) > 10


def test_an_error_says_where_and_what_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = NotFound("core.unknown_step", where="a.yaml:3", name="x", hint="did you mean y?")
    assert error.render("en") == "a.yaml:3: There is no step x; did you mean y?"
    monkeypatch.setenv("AILERON_LANG", "zh_CN")
    assert str(error) == "a.yaml:3: 没有名为 x 的步骤；did you mean y?"


def test_an_error_crosses_processes_whole() -> None:
    error = InvalidInput("core.missing_field", where="a.yaml:1", field="name")
    for copy in (AileronError.from_dict(error.to_dict()), pickle.loads(pickle.dumps(error))):
        assert type(copy) is InvalidInput
        assert copy.to_dict() == error.to_dict()
