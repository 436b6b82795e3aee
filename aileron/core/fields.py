"""What forms call the fields of a step's config, in the reader's language.

A field has its title and description in English, where it is declared. Their Chinese stands
in ``fields.toml`` beside the package's ``messages.toml``, under the English text: a changed
text loses its translation instead of keeping a wrong one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from aileron.core.errors import Language, package_files

WORDS: Final = ("title", "description")
"""The parts of a field's JSON Schema that people read."""


def worded(schema: Mapping[str, Any], package: str, language: Language) -> dict[str, Any]:
    """A field's schema in `language`; what `package` has no translation of stays English."""
    words = {} if language == "en" else translations(package)
    return {
        key: words.get(value, value) if key in WORDS else value for key, value in schema.items()
    }


@cache
def translations(package: str) -> Mapping[str, str]:
    """English -> Chinese; empty for a package without ``fields.toml``."""
    path = package_files(package).joinpath("fields.toml")
    if not path.is_file():
        return {}
    return dict(tomllib.loads(path.read_text(encoding="utf-8")))
