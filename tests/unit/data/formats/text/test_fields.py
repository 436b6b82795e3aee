"""Which fields of a row are what."""

from __future__ import annotations

from aileron.data.formats.text.fields import _id


def test_a_column_without_a_name_is_no_id() -> None:
    assert _id({"": b"1", "text": "x y"}, {"text": "text"}, "rows#0") == "rows#0"
    assert _id({"id": 7, "text": "x y"}, {"id": "id", "text": "text"}, "rows#0") == "7"
