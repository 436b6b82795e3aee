"""Every sentence of the package exists in both languages and is used."""

import re
from pathlib import Path

import aileron.label.interface
from aileron.core.errors import messages

FOLDER = Path(aileron.label.interface.__file__).parent


def test_every_message_has_both_languages_and_the_same_placeholders() -> None:
    for name, texts in messages("label.interface").items():
        places = {lang: set(re.findall(r"\{(\w+)", text)) for lang, text in texts.items()}
        assert places["en"] == places["zh"], name


def test_the_messages_are_those_that_the_code_raises() -> None:
    code = "\n".join(path.read_text() for path in FOLDER.rglob("*.py"))
    used = set(re.findall(r'"label\.interface\.([a-z_]+)"', code))
    assert used == set(messages("label.interface"))
