"""Write ``docs/images``: the pages as they are, in both languages, from the running stack.

Run it after ``make demo``. It makes what the pictures need and is not there yet: a second
version of the model, a run that the gate refused, some requests. A token of a day is made for
the pictures and revoked.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

import aileron
from aileron.client import Client
from aileron.core.access import Role

IMAGES: Final = Path(__file__).parent / "images"
NAME: Final = "breast_cancer"
WINDOW: Final = {"width": 1280, "height": 800}
LARGEST: Final = 150 * 1024
"""Bytes of a picture."""
LOCALES: Final = {"en": "en-GB", "zh": "zh-CN"}
RUNS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"train.parameters.max_depth": 2, "gate.champion.tolerance": 0.2},
    {"train.parameters.n_estimators": 1, "gate.thresholds.roc_auc.min": 0.999},
)
"""What the runs in the pictures differ in; the gate refuses the last one."""


def main() -> None:
    """Make what is to be seen, then take the pictures."""
    IMAGES.mkdir(exist_ok=True)
    with aileron.client() as client:
        paths = prepare(client)
        made = client.create_token("pictures", Role.OPERATOR, days=1)
        try:
            with served() as url, chromium() as browser:
                for language in LOCALES:
                    take(browser, url, made.secret, language, paths)
        finally:
            client.revoke_token(made.id)


def prepare(client: Client) -> dict[str, str]:
    """Picture -> address of its page."""
    for values in RUNS[len(client.runs(NAME, limit=len(RUNS))) :]:
        run = client.start(NAME, values)
        for seen in client.follow(run.run_id):
            print(seen.run_id, seen.state, flush=True)
    body = client.sample(NAME).body
    for _ in range(40):
        client.try_service(NAME, body)
    shown = next(run for run in client.runs(NAME) if run.model_version is not None)
    return {
        "overview": "/",
        "lifecycle": f"/lifecycles/{NAME}",
        "run": f"/runs/{shown.run_id}",
        "model": f"/models/{NAME}",
        "service": f"/services/{NAME}",
    }


def take(browser: Browser, url: str, token: str, language: str, paths: dict[str, str]) -> None:
    """All pictures in one language."""
    session = browser.new_context(viewport=WINDOW, locale=LOCALES[language])  # type: ignore[arg-type]
    origin = {"Origin": url.rstrip("/")}
    answer = session.request.post(f"{url}api/v1/session", data={"token": token}, headers=origin)
    if not answer.ok:
        sys.exit(f"The API did not take the token: {answer.text()}")
    page = session.new_page()
    for name, path in paths.items():
        page.goto(f"{url}#{path}")
        page.locator("h1").wait_for()
        expect(page.locator(".waiting")).to_have_count(0, timeout=30_000)
        if name == "service":
            ask(page)
        page.wait_for_timeout(500)
        target = IMAGES / f"{name}-{language}.png"
        target.write_bytes(small(page.screenshot()))
        print(target.relative_to(IMAGES.parent), target.stat().st_size, flush=True)
    session.close()


def ask(page: Page) -> None:
    """Send the sample, so that an answer is to be seen."""
    page.locator(".try-form .button-primary").click()
    page.locator(".scores").wait_for()
    page.mouse.move(0, 0)
    page.evaluate("window.scrollTo(0, 0)")


def small(picture: bytes) -> bytes:
    """The picture, packed as tightly as it can be without a loss.

    Exits if it is still larger than it may be.
    """
    target = BytesIO()
    Image.open(BytesIO(picture)).convert("RGB").save(target, "PNG", optimize=True)
    if target.tell() > LARGEST:
        sys.exit(f"A picture has {target.tell()} bytes, more than {LARGEST}.")
    return target.getvalue()


@contextmanager
def served() -> Iterator[str]:
    """The address of the pages, served for as long as the block lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).with_name("aileron")
    server = subprocess.Popen([program, "api", "--port", str(port)])
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_for(f"{url}livez", server)
        yield url
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            httpx.get(url, trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    sys.exit("The API did not start.")


@contextmanager
def chromium() -> Iterator[Browser]:
    options = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path="/usr/bin/chromium", args=options)


if __name__ == "__main__":
    main()
