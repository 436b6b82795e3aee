"""Debian's Chromium without a window, for tests that use pages as a person does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

OPTIONS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS: Final = 30


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of one file of tests; an open one does not stand another event loop."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=OPTIONS)


@contextmanager
def person(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """One user's browser session; a request that leaves the machine fails the test."""
    session = browser.new_context(**options)
    session.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    asked: list[str] = []
    session.on("request", lambda request: asked.append(request.url))
    yield session
    session.close()
    foreign = [url for url in asked if urlsplit(url).hostname not in ("127.0.0.1", None, "")]
    assert asked
    assert not foreign, f"pages asked other machines: {foreign}"
