"""The documentation site: built without a network, read without one."""

from __future__ import annotations

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

ROOT = Path(__file__).parents[3]
NOWHERE = "http://127.0.0.1:9"
WORDS = {"backfill": "Start runs by themselves", "数据行": "Write your own step"}
"""Word -> a page that holds it."""
FETCHED = r'<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="((?:https?:)?//[^"]+)"'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; whatever asks a network while it is built fails."""
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), NOWHERE)
    done = subprocess.run(
        words,
        cwd=ROOT,
        env={**os.environ, **proxies, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def test_every_page_is_there_and_fetches_nothing_from_elsewhere(site: Path) -> None:
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    wanted = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    names = {path.with_suffix(".html").as_posix() for path in wanted}
    assert {name.replace("README.html", "index.html") for name in names} <= pages
    for name in pages:
        assert re.findall(FETCHED, (site / name).read_text(encoding="utf-8")) == [], name
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", style.read_text(encoding="utf-8"))


@pytest.fixture(params=["served", "opened from the disk"])
def address(request: pytest.FixtureRequest, site: Path) -> Iterator[str]:
    if request.param != "served":
        yield site.as_uri()
        return
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_reader_finds_a_word_english_or_chinese(address: str, browser: Browser) -> None:
    asked: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/index.html")
    expect(page.get_by_role("heading", name="Aileron", level=1)).to_be_visible()
    search = page.get_by_placeholder("Search")
    for word, found in WORDS.items():
        search.fill(word)
        search.press("End")  # the page listens to keys
        expect(page.locator(".md-search-result__list").get_by_text(found).first).to_be_visible(
            timeout=20_000
        )
    page.close()
    foreign = [url for url in asked if urlsplit(url).hostname not in ("127.0.0.1", None)]
    assert foreign == []
