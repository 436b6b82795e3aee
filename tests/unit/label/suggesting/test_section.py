"""What a label spec may say of suggestions."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from aileron.label.sections import Suggestions


@pytest.mark.parametrize(
    "given",
    [{"service": "colours"}, {"url": "http://models.lan:9090"}, {"url": "https://a.org/ml/x"}],
)
def test_a_service_or_an_address(given: dict[str, Any]) -> None:
    assert Suggestions.model_validate(given).model_dump(exclude_none=True) == given


@pytest.mark.parametrize(
    "given",
    [{}, {"service": "colours", "url": "http://a.org"}, {"service": "No name"},
     {"url": "ftp://a.org"}, {"url": "file:///etc/passwd"}, {"url": "http://user:word@a.org"},
     {"url": "http://a.org/x?y=1"}, {"url": "http://a.org/#x"}, {"url": "http://" + "a" * 500},
     {"backend": "x"}],
)  # fmt: skip
def test_nothing_else(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Suggestions.model_validate(given)
