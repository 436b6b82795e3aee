"""A key opens the service that it was made for, and no other."""

from __future__ import annotations

import base64

import pytest

from aileron.label.suggesting.keys import allows, service_key

OWN = service_key("secret", "default", "colours")


def basic(password: str, user: str = "aileron") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("header", [basic(OWN), basic(OWN, ""), f"Bearer {OWN}", f"bearer  {OWN}"])
def test_the_key_opens_its_service(header: str) -> None:
    assert allows("secret", "default", "colours", header)


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !", basic(""), basic("x"), basic("é"), "Basic 4pyT/w==", "Bearer", OWN,
     f"Token {OWN}", f"Bearer {OWN}0", basic(service_key("other", "default", "colours")),
     basic(service_key("secret", "default", "shapes")),
     basic(service_key("secret", "other", "colours")), "Bearer " + "é" * 64],
)  # fmt: skip
def test_nothing_else_does(header: str) -> None:
    assert not allows("secret", "default", "colours", header)
