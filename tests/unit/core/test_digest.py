"""Equal values have equal digests, whatever their order."""

from pathlib import Path

import pytest

from aileron.core.digest import canonical_json, digest_bytes, digest_file, digest_json


def test_order_of_keys_does_not_matter_and_order_of_items_does() -> None:
    assert digest_json({"a": 1, "b": [1, 2]}) == digest_json({"b": [1, 2], "a": 1})
    assert digest_json([1, 2]) != digest_json([2, 1])


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))
    with pytest.raises(TypeError, match="no JSON form"):
        canonical_json(object())


def test_a_file_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")
    assert digest_file(tmp_path / "f") == digest_bytes(b"abc")
