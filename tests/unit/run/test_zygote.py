"""What the zygote prepares for its forks."""

from __future__ import annotations

from aileron.core.catalogue import installed, step_target
from aileron.graph import keys
from aileron.run.zygote import parse_steps


def test_the_code_of_steps_is_parsed_before_they_are_asked_for() -> None:
    keys._imports.cache_clear()
    parse_steps()
    parsed = keys._imports.cache_info().misses
    assert parsed > len(installed())
    for step in installed():
        keys.code_digest(step_target(step).partition(":")[0])
    assert keys._imports.cache_info().misses == parsed
