"""Debian's Chromium without a window, for tests that use pages as a person does."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    expect,
    sync_playwright,
)
from plugins.steady_network import starter

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
BUSY: Final = 503
"""The status of a server that cannot answer yet; pages ask it again."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser of one file of tests; an open one does not stand another event loop."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        steady = starter(program, tmp_path_factory.mktemp("browser"))
        yield playwright.chromium.launch(executable_path=steady, args=OPTIONS)


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


@contextmanager
def signed_in(
    browser: Browser, url: str, token: str, provoked: str | None = None, **options: Any
) -> Iterator[Page]:
    """A tab of the pages at `url` for whoever has the token; what it complains of fails.

    That a server is busy for a while is no fault; that it still is in the end is one.

    Args:
        provoked: a pattern of the complaints that tests bring about.
        options: of the browser's session.
    """
    with person(browser, **options) as session:
        origin = {"Origin": url.rstrip("/")}
        answer = session.request.post(f"{url}api/v1/session", data={"token": token}, headers=origin)
        assert answer.status == 204, answer.text()
        page = session.new_page()
        faults: list[str] = []
        answers: dict[tuple[str, str], int] = {}

        def heard(message: ConsoleMessage) -> None:
            busy = f"status of {BUSY}" in message.text
            if message.type in ("error", "warning") and not busy and not meant(message.text):
                faults.append(message.text)

        def meant(complaint: str) -> bool:
            return provoked is not None and re.search(provoked, complaint) is not None

        def answered(answer: Response) -> None:
            answers[answer.request.method, answer.url] = answer.status

        page.on("console", heard)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", answered)
        yield page
        if not meant(f"status of {BUSY}"):
            faults += _still_busy(session, answers)
        assert not faults


def _still_busy(session: BrowserContext, answers: Mapping[tuple[str, str], int]) -> list[str]:
    """What was not answered the last time, and is not now: a tab that went on asks no more."""
    return [
        f"{method} {url}: {BUSY}"
        for (method, url), status in answers.items()
        if status == BUSY and (method != "GET" or session.request.get(url).status == BUSY)
    ]
