"""A campaign on pictures, handed out in the real Label Studio, behind a gate of its own."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from PIL import Image
from plugins.labelstudio import RunningStudio
from plugins.waiting import wait_until

from aileron.api.labelling.app import Gate
from aileron.api.labelling.desk import Desk
from aileron.api.labelling.reconciling import Reconciling
from aileron.api.labelling.upstream import Upstream
from aileron.client import records as r
from aileron.core.errors import NotFound
from aileron.core.settings import Settings
from aileron.label.handout import hand_out
from aileron.label.studio.client import Studio
from aileron.label.tickets import hook_secret, link
from aileron.label.work import Work
from aileron.ledger import Campaign, Ledger, Package

PROJECT = "default"
KEY = "a key of tests"
SPEC: dict[str, Any] = {
    "task": "classification",
    "modality": "image",
    "label_type": "single",
    "classes": [{"name": "normal", "shortcut": "1"}, {"name": "defective", "shortcut": "2"}],
    "package_size": 5,
    "audit": {"share": 1.0},
    "annotators": ["anna", "ben"],
    "reviewers": ["rita"],
}


class Pictures:
    """Samples that are pictures of one colour."""

    def bodies(
        self, dataset: str, version: int, ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        return {one: {"sample_id": one, "width": 60, "height": 40} for one in ids}

    def medium(self, dataset: str, version: int, sample_id: str) -> r.Medium:
        if not sample_id.startswith("s"):
            raise NotFound("api.labelling.nothing_here")
        file = io.BytesIO()
        Image.new("RGB", (60, 40), (len(sample_id) * 9, 120, 200)).save(file, "PNG")
        return r.Medium(file.getvalue(), "image/png")


@dataclass
class Office:
    """A campaign with its gate, and people who come to it."""

    labelstudio: RunningStudio
    studio: Studio
    ledger: Ledger
    settings: Settings
    campaign: Campaign
    work: Work
    samples: Pictures = field(default_factory=Pictures)
    gate: Gate | None = None
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return self.labelstudio.gate_url

    def package(self, number: int) -> Package:
        """A package as it is now, by its number in the campaign."""
        packages = self.ledger.labelling.packages(PROJECT, campaign=self.campaign.name)
        return next(one for one in packages if one.number == number)

    def tasks(self, number: int) -> list[int]:
        """The tasks of a package, in order."""
        return [
            one.studio_task or 0 for one in self.ledger.labelling.items(self.package(number).id)
        ]

    def hand_out(self, number: int) -> Package:
        """Make the package's project in Label Studio."""
        return hand_out(self.ledger, self.studio, self.samples, self.package(number))

    def open_gate(self) -> None:
        """Return when the gate answers."""
        studio = self.labelstudio.client()
        hook = f"{self.url}/label/-/hook", hook_secret(KEY)
        self.gate = Gate(
            key=KEY,
            host_url=f"{self.url}/label",
            desk=Desk(self.ledger, studio),
            upstream=Upstream(self.labelstudio.url, self.labelstudio.token),
            samples_of=lambda _: self.samples,
            reconciling=Reconciling(self.ledger, studio, lambda _: self.samples, hook, 5.0),
        )
        config = uvicorn.Config(
            self.gate.application(), port=self.labelstudio.gate_port, log_level="warning"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        wait_until(lambda: self._server is not None and self._server.started, 30)

    def close_gate(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(30)
            self._server = None

    def ticket(self, person: str, number: int, *, look: bool = False) -> str:
        """The address at which somebody opens a package."""
        package = self.package(number)
        return link(self.settings, person, PROJECT, package.id, look=look)

    def person(self, name: str, *numbers: int, look: bool = False) -> httpx.Client:
        """A browser in which somebody has opened packages; it sends what browsers send."""
        browser = httpx.Client(base_url=self.url, trust_env=False, timeout=60)
        browser.headers["Origin"] = self.url
        for number in numbers:
            answer = browser.get(self.ticket(name, number, look=look))
            assert answer.status_code == 303, answer.text
        return browser


def choice(name: str) -> list[dict[str, object]]:
    """What the page sends of a click on a class."""
    return [
        {
            "id": "abc",
            "from_name": "labels",
            "to_name": "image",
            "type": "choices",
            "value": {"choices": [name]},
        }
    ]


@pytest.fixture
def make_office(
    labelstudio: RunningStudio, studio: Studio, ledger: Ledger, tmp_path: Any
) -> Iterator[Callable[..., Office]]:
    """``make_office(samples=10, package_size=5)``: two packages, of anna and ben, handed out."""
    made: list[Office] = []

    def make(samples: int = 10, **spec: Any) -> Office:
        work = Work(ledger, PROJECT, "owner", manager=True)
        name = f"c{time.monotonic_ns()}"
        ids = [f"s{number:06}" for number in range(samples)]
        campaign = work.create(name, "pictures", 1, {**SPEC, **spec}, ids)
        settings = Settings.model_validate(
            {
                "workspace": tmp_path,
                "home": tmp_path / "home",
                "labelling_url": labelstudio.gate_url,
                "labelling_key": KEY,
                "labelstudio_url": labelstudio.url,
                "labelstudio_token": labelstudio.token,
                "labelstudio_database_url": labelstudio.database_url,
            }
        )
        office = Office(labelstudio, studio, ledger, settings, campaign, work)
        made.append(office)
        return office

    yield make
    for office in made:
        office.close_gate()
        packages = ledger.labelling.packages(PROJECT, campaign=office.campaign.name, limit=1000)
        for package in packages:
            if package.studio_project:
                studio.delete_project(package.studio_project)


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    """Two packages of five, of anna and ben, handed out behind an open gate."""
    office = make_office()
    for number, name in ((1, "anna"), (2, "ben")):
        office.work.assign(office.package(number).id, name)
        office.hand_out(number)
    assert urlsplit(office.url).port
    office.open_gate()
    return office
