"""Images for tests: made by hand, packages of an index of our own, builds by the engine."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import itertools
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from plugins.workspaces import Workspace

from aileron.container import layout as oci
from aileron.container.layout import Image, Layout
from aileron.core.names import IMAGE_BUILD
from aileron.core.settings import Settings
from aileron.data.sources.connections import Limits
from aileron.data.sources.uploads import Uploads
from aileron.graph.plan import Plan
from aileron.ledger import ImageVersion, Ledger
from aileron.lifecycle import resolve
from aileron.run.engine import Engine
from aileron.run.outcome import NodeOutcome
from aileron.run.process import ProcessRunner
from aileron.store import open_store

SITE = "opt/venv/lib/python3.11/site-packages"
VENV = {"Env": ["PATH=/opt/venv/bin", "VIRTUAL_ENV=/opt/venv"], "User": "1000:1000"}
STEP = '''\
"""A step that somebody wrote."""

import json

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, NoOptions


class Greet(Component[NoOptions]):
    name = "greeting.greet"
    version = 1
    title = {"en": "Greet", "zh": "问候"}
    Config = NoOptions
    outputs = {"report": Port(ArtifactKind.REPORT)}

    def run(self, context, config, inputs):
        folder = context.output("report")
        folder.mkdir()
        (folder / "report.json").write_text(json.dumps({"said": "hello"}))
        return {"report": folder}


def main():
    print("hello")
'''


def layer(files: Mapping[str, str | bytes]) -> bytes:
    """A tar of `files`: a name that ends with a slash is a folder."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name.rstrip("/"))
            body = content.encode() if isinstance(content, str) else content
            member.mode = 0o755
            member.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return data.getvalue()


def made(folder: Path, *layers: bytes, run: Mapping[str, Any] = VENV, **settings: Any) -> Image:
    """The image of these layers, as the new layout `folder`."""
    layout = Layout.new(folder)
    blobs = tuple(layout.write(oci.LAYER, data) for data in layers)
    said = {
        "architecture": "amd64",
        "os": "linux",
        "config": dict(run),
        "rootfs": {"type": "layers", "diff_ids": [blob.digest for blob in blobs]},
        **settings,
    }
    return layout.add(said, blobs)


def with_python(folder: Path, **held: str) -> Image:
    """An image that looks as if it had Python and the distributions `held`: name -> version."""
    files: dict[str, str | bytes] = {f"{SITE}/": ""}
    for name, version in held.items():
        info = f"{SITE}/{name}-{version}.dist-info"
        files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        files[f"{info}/RECORD"] = ""
    return made(folder, layer(files))


def write_wheel(
    folder: Path, name: str, version: str, source: str, requires: tuple[str, ...] = ()
) -> Path:
    """A wheel of one module of that name, with a program of that name."""
    info = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {one}\n" for one in requires)
    files = {
        f"{name}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    lines = [f"{path},{_record(text)},{len(text.encode())}" for path, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,"]) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for inside, text in files.items():
            wheel.writestr(zipfile.ZipInfo(inside), text)
    return path


@contextmanager
def index_of(folder: Path) -> Iterator[str]:
    """A package index with the wheels of `folder`; its address."""
    root = folder / "simple"
    for wheel in folder.glob("*.whl"):
        place = root / wheel.name.partition("-")[0]
        place.mkdir(parents=True, exist_ok=True)
        (place / wheel.name).write_bytes(wheel.read_bytes())
        (place / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple/"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Workshop:
    """Builds of images in a small workspace, as Airflow would have the engine do them."""

    def __init__(self, workspace: Workspace, ledger_url: str, ledger: Ledger) -> None:
        self.workspace = workspace
        self.settings = Settings.model_validate(
            {
                "workspace": workspace.folder,
                "home": workspace.folder / ".aileron",
                "ledger_url": ledger_url,
            }
        )
        self.settings.home.mkdir(exist_ok=True)
        self.ledger = ledger
        self.store = open_store(self.settings.store_root)
        runner = ProcessRunner(self.settings.home, launcher=False)  # these steps import little
        self.engine = Engine(self.settings, ledger, self.store, runner)
        self.lines: list[str] = []
        self._numbers = itertools.count(1)

    def upload(self, file: Path) -> str:
        uploads = Uploads(self.settings.home, Limits())
        begun = uploads.begin(file.name, file.stat().st_size, "ann", "default")
        return uploads.append(begun, 0, [file.read_bytes()]).id

    def plan(self, name: str, **recipe: Any) -> tuple[Plan, int]:
        row = self.ledger.images.begin("default", name, {"uses": ["job"], **recipe})
        run_id = f"default/{IMAGE_BUILD}/{next(self._numbers)}"
        self.ledger.runs.start(run_id, "default", IMAGE_BUILD, "ann")
        self.ledger.images.started(row.id, run_id)
        values = {"version_id": row.id}
        plan = resolve(self.settings, IMAGE_BUILD, run_id=run_id, actor="ann", overrides=values)
        return self.engine.store_plan(plan), row.id

    def execute(self, plan: Plan, node: str) -> NodeOutcome:
        return self.engine.execute(plan, node, log=self.lines.append)

    def build(self, name: str, **recipe: Any) -> ImageVersion:
        """A version that was built, checked and kept."""
        self.lines.clear()
        plan, number = self.plan(name, **recipe)
        for node in ("build", "check", "keep"):
            self.execute(plan, node)
        return self.ledger.images.get(number)

    def sentences(self, row: ImageVersion, *, passed: bool) -> list[str]:
        return [point["sentence"] for point in row.findings or () if point["passed"] is passed]


def _record(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
