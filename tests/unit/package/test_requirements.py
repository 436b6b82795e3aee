"""Pins: the transitive closure of what serving imports, as installed."""

from importlib.metadata import version

import pytest

from aileron.core.errors import InvalidInput
from aileron.package.requirements import RUNTIME, pinned


def test_what_is_needed_by_what_is_needed_is_pinned_too() -> None:
    pins = pinned(["fastapi"])

    assert f"starlette=={version('starlette')}" in pins
    assert f"anyio=={version('anyio')}" in pins
    assert f"idna=={version('idna')}" in pins  # needed by anyio, needed by starlette


def test_extras_are_followed_only_when_asked_for() -> None:
    assert not any(pin.startswith("httptools==") for pin in pinned(["uvicorn"]))
    assert any(pin.startswith("httptools==") for pin in pinned(["uvicorn[standard]"]))


def test_pins_are_sorted_exact_and_independent_of_the_order_asked() -> None:
    pins = pinned(RUNTIME)

    assert list(pins) == sorted(set(pins))
    assert pins == pinned(list(reversed(RUNTIME)))
    assert all(pin.count("==") == 1 for pin in pins)


def test_markers_of_other_systems_are_left_out() -> None:
    assert not any(pin.startswith("colorama==") for pin in pinned(["click"]))


def test_a_distribution_that_is_not_installed_is_named_with_who_needs_it() -> None:
    with pytest.raises(InvalidInput, match="the package needs no-such-thing"):
        pinned(["no-such-thing"])


def test_another_installed_version_is_refused() -> None:
    with pytest.raises(InvalidInput, match=f"needs numpy==1.0, but {version('numpy')}"):
        pinned(["numpy==1.0"])
