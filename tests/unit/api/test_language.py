"""The reader's language, as browsers say it."""

import pytest

from aileron.api.language import accepted


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("de,zh;q=0.5,en;q=0.2", "zh"),
        ("de-DE,de;q=0.9", "en"),
        ("zh;q=0,en;q=0.1", "en"),
        ("zh;q=much", "en"),
        ("*;q=0.1,zh;q=0.2", "zh"),
        (",;=,," * 10_000 + "zh", "en"),
    ],
)
def test_the_language_of_the_highest_weight_is_taken(header: str | None, wanted: str) -> None:
    assert accepted(header) == wanted
