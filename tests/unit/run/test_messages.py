"""Every sentence of the package exists in both languages and is used."""

import re
from pathlib import Path

import aileron.run
from aileron.core.errors import messages

FOLDER = Path(aileron.run.__file__).parent


def test_every_message_has_both_languages_and_the_same_placeholders() -> None:
    for name, texts in messages("run").items():
        places = {lang: set(re.findall(r"\{(\w+)", text)) for lang, text in texts.items()}
        assert places["en"] == places["zh"], name


def test_the_messages_are_those_that_the_code_raises() -> None:
    code = "\n".join(path.read_text() for path in FOLDER.rglob("*.py"))
    used = set(re.findall(r'"run\.([a-z_]+)"', code))
    assert used == set(messages("run"))
