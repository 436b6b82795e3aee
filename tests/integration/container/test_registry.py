"""Images to and from a real registry, with and without a login."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from plugins.own_images import Workshop, layer, made
from plugins.postgres import free_port
from plugins.waiting import wait_until
from plugins.workspaces import POOL, Workspace

from aileron.container.layout import Layout
from aileron.container.registry import RegistryClient
from aileron.container.settings import Registry
from aileron.core.catalogue import step_target
from aileron.core.errors import InvalidInput, NotFound, Refused, Unavailable
from aileron.core.ports import ArtifactKind
from aileron.ledger import ImageState, Ledger
from aileron.run.process import ProcessRunner
from aileron.run.request import Asker, Request

MOST = 1 << 30
USER, PASSWORD = "ann", "correct horse"
HASHED = "$2y$04$/LOkBy9OCFEmYz3SXiMyL.2nhyNFvr/nrRYer2Ame5zcksnUg5oJy"
"""That password, as the registry's file has it."""


@dataclass(frozen=True)
class Running:
    """A registry and its log."""

    address: str
    log: Path

    @property
    def registry(self) -> Registry:
        return Registry(address=self.address, tls=False)

    def client(self, login: tuple[str, str] | None = None) -> RegistryClient:
        return RegistryClient(self.registry, login)


def start(folder: Path, more: str = "") -> Iterator[Running]:
    if shutil.which("docker-registry") is None:
        pytest.skip("no registry: Debian's package docker-registry is not installed")
    folder.mkdir()
    address = f"127.0.0.1:{free_port()}"
    storage = f"storage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
    (folder / "users").write_text(f"{USER}:{HASHED}\n")
    (folder / "config.yml").write_text(
        f"version: 0.1\n{storage}http: {{addr: {address}}}\n{more.format(folder=folder)}"
    )
    log = folder / "log"
    with log.open("wb") as file:
        command = ["docker-registry", "serve", str(folder / "config.yml")]
        process = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        wait_until(lambda: answers(address), 180, "registry")
        yield Running(address, log)
    finally:
        process.terminate()
        process.wait(60)


def answers(address: str) -> bool:
    try:
        return httpx.get(f"http://{address}/v2/", trust_env=False).status_code in (200, 401)
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from start(tmp_path_factory.mktemp("registry") / "open")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    users = "auth: {{htpasswd: {{realm: test, path: {folder}/users}}}}\n"
    yield from start(tmp_path_factory.mktemp("registry") / "guarded", users)


@pytest.fixture
def image(tmp_path: Path) -> Layout:
    made(tmp_path / "image", layer({"a": "one"}), layer({"b": "two"}))
    return Layout(tmp_path / "image")


def test_what_was_pushed_is_pulled_by_tag_and_by_digest(
    running: Running, image: Layout, tmp_path: Path
) -> None:
    with running.client() as client:
        digest = client.push(image, "default/a", "v1")
        assert digest == image.image().digest
        assert client.push(image, "default/a", "v1") == digest, "again, when all is there"
        by_tag = client.pull("default/a", "v1", tmp_path / "by-tag", MOST)
        by_digest = client.pull("default/a", digest, tmp_path / "by-digest", MOST)
    assert by_tag.digest == by_digest.digest == digest
    assert Layout(tmp_path / "by-tag").image().settings == image.image().settings


def test_skopeo_reads_what_was_pushed(running: Running, image: Layout) -> None:
    if shutil.which("skopeo") is None:
        pytest.skip("no referee: Debian's package skopeo is not installed")
    with running.client() as client:
        digest = client.push(image, "default/b", "v1")
    source = f"docker://{running.address}/default/b:v1"
    words = ["skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", source]
    said = subprocess.run(words, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == digest


def test_a_login_is_shown_where_it_is_asked_for(
    guarded: Running, image: Layout, tmp_path: Path
) -> None:
    with guarded.client((USER, PASSWORD)) as client:
        digest = client.push(image, "default/a", "v1")
        assert client.pull("default/a", "v1", tmp_path / "again", MOST).digest == digest


@pytest.mark.parametrize("login", [None, (USER, "wrong")])
def test_without_the_right_login_there_is_nothing(
    guarded: Running, image: Layout, tmp_path: Path, login: tuple[str, str] | None
) -> None:
    with guarded.client(login) as client:
        with pytest.raises(Refused, match="does not let this login") as refused:
            client.push(image, "default/a", "v1")
        with pytest.raises(Refused):
            client.pull("default/a", "v1", tmp_path / "again", MOST)
    assert "wrong" not in str(refused.value)


def test_an_image_that_is_not_there_is_not_found(running: Running, tmp_path: Path) -> None:
    with running.client() as client, pytest.raises(NotFound, match="no such image"):
        client.pull("default/nothing", "v1", tmp_path / "a", MOST)


def test_an_image_has_a_limit_before_a_layer_is_fetched(
    running: Running, image: Layout, tmp_path: Path
) -> None:
    with running.client() as client:
        client.push(image, "default/c", "v1")
        with pytest.raises(InvalidInput, match="larger than 100 bytes"):
            client.pull("default/c", "v1", tmp_path / "a", 100)


def test_a_registry_that_is_away_is_unavailable(tmp_path: Path) -> None:
    nobody = Registry(address=f"127.0.0.1:{free_port()}", tls=False)
    with RegistryClient(nobody, None) as client, pytest.raises(Unavailable, match="not answer"):
        client.pull("a", "v1", tmp_path / "a", MOST)


class Elsewhere(BaseHTTPRequestHandler):
    """A registry that believes to be asked by https, as one behind another server may."""

    asked: list[str]

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer(404)

    def do_POST(self) -> None:
        host = self.headers["Host"]
        self._answer(202, Location=f"https://{host}/v2/default/a/blobs/uploads/1?state=x")

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append(self.path)
        self._answer(201)

    def _answer(self, code: int, **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()


def test_an_upload_goes_on_in_the_registrys_own_scheme(image: Layout) -> None:
    Elsewhere.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        registry = Registry(address=f"127.0.0.1:{server.server_port}", tls=False)
        with RegistryClient(registry, None) as client:
            client.push(image, "default/a", "v1")
        server.shutdown()
    uploads = [path for path in Elsewhere.asked if "?state=x&digest=sha256:" in path]
    assert len(uploads) == len(image.image().layers) + 1


IMAGES = """\
apiVersion: aileron/v1
kind: Images
registries:
  team: {{address: "{address}/ml", user: ann, password: {{env: TEAM_REGISTRY}}, tls: false}}
"""


def test_a_version_is_sent_with_a_password_of_the_environment(
    guarded: Running,
    image: Layout,
    tmp_path: Path,
    ledger: Ledger,
    ledger_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace = Workspace(tmp_path / "workspace")
    workspace.pool_file(POOL + "registry: team\n")
    workspace.write("configs/images.yaml", IMAGES.format(address=guarded.address))
    workshop = Workshop(workspace, ledger_url, ledger)
    monkeypatch.setenv("TEAM_REGISTRY", PASSWORD)
    plan, number = workshop.plan("mine", dockerfile="FROM scratch")
    assert PASSWORD not in plan.model_dump_json()
    digest = image.image().digest
    verdict = {"accepted": True, "reasons": [], "candidate": {"digest": digest}}
    store, node, folder = workshop.store, plan.graph.node("keep"), tmp_path / "execution"
    folder.mkdir()
    request = Request(
        action="apply",
        step=node.step,
        target=step_target(node.step),
        config=node.config,
        inherits=node.inherits,
        inputs={
            "image": store.put(ArtifactKind.IMAGE, image.folder),
            "verdict": store.put_json(ArtifactKind.VERDICT, "verdict.json", verdict),
        },
        store=store.root,
        folder=folder,
        asker=Asker(
            project="default", lifecycle=plan.lifecycle, run_id=plan.run_id, actor="ann", key="k"
        ),
    )
    runner = ProcessRunner(workshop.settings.home, launcher=False)
    result = runner.run(request, platform=workshop.settings.environment())
    assert result.state == "succeeded", result.error
    row = ledger.images.get(number)
    assert row.state is ImageState.READY
    assert row.places == {"shared": f"{guarded.address}/ml/default/mine@{digest}"}
    assert PASSWORD not in request.path.read_text()
    with guarded.client((USER, PASSWORD)) as client:
        found = client.pull("ml/default/mine", "v1", tmp_path / "again", MOST)
    assert found.digest == digest
