"""Attributes in a column: JSON, since their names and kinds are the user's."""

from __future__ import annotations

import json

from aileron.data.formats.records import Attributes


def attributes_text(attributes: Attributes) -> str | None:
    """Attributes as JSON, the names sorted; None if there are none."""
    return json.dumps(dict(attributes), ensure_ascii=False, sort_keys=True) if attributes else None


def attributes_of(text: str | None) -> Attributes:
    """The attributes that `attributes_text` wrote."""
    return json.loads(text) if text else {}
