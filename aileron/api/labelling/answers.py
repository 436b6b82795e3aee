"""What the gate says by itself, and how it changes what Label Studio says."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from aileron.api.labelling.desk import Place
from aileron.api.labelling.routes import Made
from aileron.core.errors import Language
from aileron.label.studio.server import ACCOUNT

VERSION: Final = "1.23"
BEGAN: Final = "2026-01-01T00:00:00Z"
"""A date, where the page wants one."""
PARTS: Final = (
    "label-studio-os-package", "label-studio-os-backend", "label-studio-frontend", "dm2",
    "label-studio-converter", "lsf", "backend",
)  # fmt: skip
"""Parts of Label Studio whose version the page shows in a menu."""
PART: Final = {
    "version": VERSION,
    "short_version": VERSION,
    "commit": "",
    "date": BEGAN,
    "latest_version_from_pypi": None,
    "latest_version_upload_time": None,
    "current_version_is_outdated": False,
}
USER: Final = 1
"""Label Studio's one account, as the page knows it."""
MAY: Final = (
    "projects.view", "tasks.view", "annotations.create", "annotations.view",
    "annotations.change", "annotations.delete", "labels.view", "views.view",
)  # fmt: skip
"""What the page is told that its user may do; what they may is checked here anyway."""
POLICY: Final = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; "
    "font-src 'self' data:; worker-src 'self' blob:; connect-src 'self' data: blob:; "
    "frame-ancestors 'none'; form-action 'none'; base-uri 'none'; object-src 'none'"
)
"""The page loads and asks nothing from elsewhere, and runs no script but those it came with.

Recordings are decoded by WebAssembly. The styles of its parts are written by scripts.
"""
_INLINE: Final = re.compile(r"<script\b(?![^>]*\ssrc=)([^>]*)>")
_NONCE: Final = re.compile(r'\snonce="[^"]*"')
_HIDDEN: Final = (
    "<style>.lsf-menu-header__trigger,.lsf-breadcrumbs,.lsf-menu-header__context-item_right a,"
    ".lsf-menu-header__hotkeys,.lsf-menu-header__user,.lsf-menu-header .lsf-userpic"
    "{visibility:hidden!important}</style>"
)
"""Ways to parts of Label Studio that the gate keeps closed."""
_BAR: Final = (
    "position:fixed;z-index:99999;left:50%;top:0;transform:translateX(-50%);max-width:60%;"
    "padding:.5em 1em;font:14px/1.4 sans-serif;background:#fff3cd;color:#222;"
    "border:1px solid #d39e00"
)
_NOTICE: Final = (
    '<style>[data-testid^="bottombar-submit"],[data-testid^="bottombar-update"],'
    '[data-testid="bottombar-skip-button"],[data-testid="bottombar-unskip-button"]'
    "{{visibility:hidden!important}}</style>"
    f'<div role="status" style="{_BAR}">{{}}</div>'
)
_TELLING: Final = (
    """<script>
(() => {
  const ask = window.fetch;
  const tell = (text) => {
    const bar = document.createElement("div");
    bar.setAttribute("role", "alert");
    bar.style.cssText = "BAR";
    bar.textContent = text;
    document.body.append(bar);
    setTimeout(() => bar.remove(), 15000);
  };
  window.fetch = async (...given) => {
    const answer = await ask(...given);
    if (answer.status >= 400) {
      answer.clone().json().then((said) => said.error_code && tell(said.error_msg), () => {});
    }
    return answer;
  };
})();
</script>"""
).replace("BAR", _BAR)
"""Says why something was refused, where Label Studio's page says nothing."""


def made(kind: Made, place: Place, body: Mapping[str, Any]) -> Any:
    """The JSON that the gate answers with, for somebody in a package."""
    user = _user(place.person)
    match kind:
        case "version":
            return {"release": VERSION, "edition": "Community", **dict.fromkeys(PARTS, PART)}
        case "whoami":
            return {**user, "permissions": list(MAY)}
        case "users":
            return [user]
        case "nothing":
            return []
        case "no_links":
            return {"count": 0, "next": None, "previous": None, "results": []}
        case "views":
            return [_view(place, {})]
        case "view":
            data = body.get("data")
            return _view(place, data if isinstance(data, dict) else {})


def shown(content: bytes, place: Place) -> bytes:
    """An answer of the API without what is nobody's business: the platform's account."""
    document = json.loads(content)
    if isinstance(document, dict) and "created_by" in document:
        document["created_by"] = {"id": USER}
    text = json.dumps(document, ensure_ascii=False)
    name = json.dumps(place.package.annotator or place.person, ensure_ascii=False)[1:-1]
    return text.replace(ACCOUNT, name).encode()


def page(content: str, place: Place, host_url: str, nonce: str, notice: str = "") -> str:
    """Label Studio's page for a person, at whatever address they came by, with a notice on it.

    Args:
        nonce: by which the browser knows the scripts in the page that it may run, see `POLICY`.
    """
    content = content.replace("</head>", f"{_HIDDEN}{_TELLING}</head>", 1)
    content = _INLINE.sub(
        lambda found: f'<script nonce="{nonce}"{_NONCE.sub("", found[1])}>', content
    )
    name = json.dumps(place.person, ensure_ascii=False)[1:-1].replace("<", "\\u003c")
    content = content.replace(
        f'hostname: "{host_url}"', 'hostname: window.location.origin + "/label"'
    )
    content = content.replace(host_url, "/label").replace(ACCOUNT, name)
    if notice:
        content = content.replace("</body>", f"{_NOTICE.format(html.escape(notice))}</body>", 1)
    return content


def landing(place: Place) -> str:
    """Where a browser begins: with what is not labelled, a task that came back, else the first."""
    base = f"/label/projects/{place.project}/data"
    if place.package.annotator == place.person and place.package.changeable:
        if not place.tasks.waiting:
            return f"{base}?labeling=1"
        return f"{base}?task={place.tasks.waiting[0]}"
    return f"{base}?task={min(place.tasks.positions)}"


def refusal(text: str, language: Language) -> str:
    """A sentence as a page."""
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>Aileron</title>'
        '<body style="font:16px/1.5 sans-serif;max-width:40em;margin:4em auto;padding:0 1em">'
        f"<p>{html.escape(text)}</p></body></html>"
    )


def _user(person: str) -> dict[str, Any]:
    return {
        "id": USER,
        "first_name": person,
        "last_name": "",
        "username": person,
        "email": person,
        "avatar": None,
        "initials": person[:2],
        "phone": "",
        "active_organization": 1,
        "custom_hotkeys": {},
        "allow_newsletters": None,
        "date_joined": BEGAN,
        "last_activity": BEGAN,
    }


def _view(place: Place, data: Mapping[str, Any]) -> dict[str, Any]:
    fixed = {"title": "Default", "type": "list", "target": "tasks"}
    clean = {"filters": {"conjunction": "and", "items": []}, "ordering": []}
    return {
        "id": place.project,
        "data": {"hiddenColumns": {}, **data, **fixed, **clean},
        "order": 0,
        "selected_items": {"all": False, "included": []},
        "user": USER,
        "project": place.project,
    }
