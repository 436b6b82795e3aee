"""The pages on datasets on an installation that has datasets and no Airflow."""

from __future__ import annotations

import io
import json
import math
import sqlite3
import struct
import threading
import wave
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import uvicorn
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect
from plugins.browser import signed_in
from plugins.datasets import Notebook, Workbench
from plugins.history import PROJECT, History
from plugins.series_files import tanks
from plugins.text_sets import Library

from aileron.api.app import create_app
from aileron.api.identity import TokenIdentity
from aileron.api.server import listener
from aileron.client.local import Installation
from aileron.core.ports import ArtifactKind
from aileron.data.audio.ingest import IngestAudio, IngestAudioConfig
from aileron.data.images.ingest import IngestImages, IngestImagesConfig
from aileron.data.quality.step import ProfileConfig, ProfileDataset
from aileron.data.series.ingest import IngestSeries, IngestSeriesConfig
from aileron.graph.plan import PLAN_FILE
from aileron.ledger import RunState

WINDOW = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 800}
LOCALE = {"en": "en-GB", "zh": "zh-CN"}
REVIEWS = """\
id,text,label,split
r1,"good, quiet room",good,train
r2,很脏的房间,bad,train
r3,never again,bad,test
"""
CARS = "model,weight,speed,fast\n" + "".join(
    f"car {n},{1 + n % 7 / 2},{'' if n % 9 == 0 else 60 + n % 50},{'yes' if n % 3 else 'no'}\n"
    for n in range(130)
)
PROVOKED = r"status of (422|400|503)"
"""What a page complains of because a test wants it to, and where there is no Airflow."""
Open = Callable[..., AbstractContextManager[Page]]


def scene(number: int) -> tuple[bytes, dict[str, Any]]:
    """A picture of two things, and what COCO says of them: a box with an outline, key points."""
    image = Image.new("RGB", (320, 240), (90 + number * 9 % 90, 120, 150))
    draw = ImageDraw.Draw(image)
    x, y = 30 + number * 13 % 120, 40 + number * 7 % 80
    draw.rectangle((x, y, x + 90, y + 60), fill=(200, 80, 60))
    draw.ellipse((200, 120, 280, 200), fill=(240, 220, 90))
    file = io.BytesIO()
    image.save(file, "JPEG")
    corner = [x, y, x + 90, y, x + 90, y + 60, x, y + 60]
    circle = [
        coordinate
        for step in range(12)
        for coordinate in (
            240 + 40 * math.cos(step * math.pi / 6),
            160 + 40 * math.sin(step * math.pi / 6),
        )
    ]
    return file.getvalue(), {
        "car": (corner, [x, y, 90, 60]),
        "sun 太阳": (circle, [200, 120, 80, 80]),
    }


def coco(count: int = 70) -> bytes:
    """A zip of pictures with a COCO file."""
    document: dict[str, Any] = {
        "images": [],
        "annotations": [],
        "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "sun 太阳"}],
    }
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        for number in range(count):
            picture, things = scene(number)
            name = f"{number:03}.jpg"
            archive.writestr(f"images/{name}", picture)
            size = {"width": 320, "height": 240}
            document["images"].append({"id": number, "file_name": name, **size})
            for kind, (polygon, box) in enumerate(things.values(), 1):
                if kind == 1 or number % 3:
                    one = {"id": len(document["annotations"]), "image_id": number}
                    shape = {"segmentation": [polygon], "bbox": box, "area": 1.0, "iscrowd": 0}
                    document["annotations"].append({**one, "category_id": kind, **shape})
        archive.writestr("annotations.json", json.dumps(document))
    return made.getvalue()


def tone(hertz: float, seconds: float = 1.5, rate: int = 8000) -> bytes:
    """A WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        waves = (math.sin(2 * math.pi * hertz * n / rate) for n in range(int(rate * seconds)))
        out.writeframes(b"".join(struct.pack("<h", int(8000 * value)) for value in waves))
    return file.getvalue()


class Importer:
    """Imports datasets by the real steps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ingest(self, step: Any, config: Any, file: str, content: bytes) -> Path:
        source, work = self.folder / f"{config.name}-source", self.folder / config.name
        source.mkdir(parents=True)
        work.mkdir()
        (source / file).write_bytes(content)
        dataset: Path = step.run(Notebook(work), config, {"source": source})["dataset"]
        return dataset

    def street(self) -> Path:
        config = IngestImagesConfig(name="street", task="instance_segmentation", format="coco")
        return self.ingest(IngestImages(), config, "street.zip", coco())

    def pets(self) -> Path:
        """Four pictures; two files that are none are left out, and lie beside the dataset."""
        names = ("cat/1", "cat/2", "dog/1", "dog/2")
        files = {f"{name}.jpg": scene(at)[0] for at, name in enumerate(names)}
        broken = {"cat/=broken.jpg": b"no picture", "狗/空.png": b""}
        config = IngestImagesConfig(name="pets", max_refused=0.5)
        return self.ingest(IngestImages(), config, "pets.zip", zipped({**files, **broken}))

    def tones(self) -> Path:
        kinds = ("low", "high")
        files = {f"{kinds[n % 2]}/{n}.wav": tone(220 * n + 220) for n in range(4)}
        config = IngestAudioConfig(name="tones")
        return self.ingest(IngestAudio(), config, "tones.zip", zipped(files))

    def bells(self) -> Path:
        """Three recordings: bell and rain together, nothing to hear, nobody has listened."""
        rows = (
            "a.wav\t0.25\t0.5\tbell",
            "a.wav\t0\t1.5\train",
            "a.wav\t0.75\t1\tbell",
            "b.wav\t\t\t",
        )
        table = "\n".join(("filename\tonset\toffset\tevent_label", *rows)) + "\n"
        sounds = {f"audio/{name}.wav": tone(330 + 110 * n) for n, name in enumerate("abc")}
        config = IngestAudioConfig(name="bells", task="event_detection")
        content = zipped({**sounds, "metadata/events.tsv": table})
        return self.ingest(IngestAudio(), config, "bells.zip", content)

    def tanks(self) -> Path:
        """Three series: one with ranges, one without any, one that waits."""
        config = IngestSeriesConfig(name="tanks")
        return self.ingest(IngestSeries(), config, "tanks.zip", zipped(tanks()))


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, int], Path]:
    """Dataset and version -> DATASET folder."""
    folder = tmp_path_factory.mktemp("imported")
    importer, library = Importer(folder / "media"), Library(folder / "texts")
    notes = {
        "a.txt": "Ann lives in Rome",
        "a.ann": "T1\tPER 0 3\tAnn\nT2\tLOC 13 17\tRome\nR1\tlives_in Arg1:T1 Arg2:T2\n",
    }
    changed = REVIEWS.replace("never again,bad", "never again,good")
    cars = {"name": "cars", "target": "fast", "task": "classification"}
    table = Workbench(folder / "tables").ingest(CARS, cars)
    notebook = Notebook(folder / "profile")
    notebook.folder.mkdir()
    profiled = ProfileDataset().run(notebook, ProfileConfig(), {"dataset": table})
    return {
        ("street", 1): importer.street(),
        ("pets", 1): importer.pets(),
        ("tones", 1): importer.tones(),
        ("bells", 1): importer.bells(),
        ("tanks", 1): importer.tanks(),
        ("reviews", 1): library.ingest_file("reviews.csv", REVIEWS).folder,
        ("reviews", 2): library.ingest_file("reviews.csv", changed).folder,
        ("notes", 1): library.ingest_file("notes.zip", zipped(notes), task="entities").folder,
        ("cars", 1): table,
        ("cars profile", 1): profiled["report"],
    }


@pytest.fixture
def shelf(history: History, imported: Mapping[tuple[str, int], Path]) -> History:
    """The history, with those datasets; zhang made them."""
    for (name, version), folder in imported.items():
        if name == "cars profile":
            continue
        reference = history.store.put(ArtifactKind.DATASET, folder)
        tag = f"{PROJECT}/{name}@v{version}"
        datasets = history.ledger.acting("zhang").datasets
        datasets.add(PROJECT, name, version, tag, reference.digest, reference, "c" * 40)
    run = history.begun("profiling")
    history.ledger.lineage.read_by(PROJECT, "cars", 1, run.run_id)
    report = history.store.put(ArtifactKind.REPORT, imported["cars profile", 1])
    history.node(run, "profile", "data.profile", {"report": report})
    history.ledger.runs.start(
        f"{PROJECT}/import_fruit/spring", PROJECT, "import_fruit", "zhang", "spring"
    )
    left_out(history, imported["pets", 1].with_name("refused"))
    shop(history)
    return history


def left_out(history: History, refused: Path) -> None:
    """The run that imported `pets`, and what it left out."""
    run_id = f"{PROJECT}/import_pets/spring"
    history.ledger.runs.start(run_id, PROJECT, "import_pets", "zhang", "spring")
    node = {"name": "ingest", "step": "data.ingest_images", "config": {"name": "pets"}}
    plan = history.store.put_json(ArtifactKind.RECORD, PLAN_FILE, {"graph": {"nodes": [node]}})
    run = history.ledger.runs.set_plan(run_id, plan)
    artifact = history.store.put(ArtifactKind.EXPORT, refused)
    history.node(run, "ingest", "data.ingest_images", {"refused": artifact})
    history.ledger.lineage.read_by(PROJECT, "pets", 1, run_id)
    history.ledger.runs.finish(run_id, RunState.SUCCEEDED)


def shop(history: History) -> None:
    """A connection to a database of two orders."""
    folder = history.settings.home / "shop"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        database.executescript(
            "CREATE TABLE orders (item TEXT, price REAL);"
            "INSERT INTO orders VALUES ('泵', 9.5), ('valve', NULL);"
        )
    document = {
        "apiVersion": "aileron/v1",
        "kind": "Connections",
        "allowed_paths": [str(folder)],
        "connections": {"shop": {"kind": "sqlite", "database": str(folder / "shop.db")}},
    }
    history.workspace.write("configs/connections.yaml", json.dumps(document))


@pytest.fixture
def site(shelf: History, installation: Installation, built_pages: None) -> Iterator[str]:
    """Where the pages are."""
    app = create_app(installation, TokenIdentity(shelf.ledger))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    listening = listener("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("datasets")


@pytest.fixture
def tab(browser: Browser, site: str, shelf: History) -> Open:
    """`with tab("admin", "zh", "dark") as page`: signed in; an error of the page fails."""

    @contextmanager
    def open_tab(role: str, language: str = "en", theme: str = "light") -> Iterator[Page]:
        options = {"viewport": WINDOW, "locale": LOCALE[language], "color_scheme": theme}
        with signed_in(browser, site, shelf.token(role), PROVOKED, **options) as page:
            yield page

    return open_tab


def visit(page: Page, site: str, path: str) -> None:
    page.goto(f"{site}#{path}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".waiting")).to_have_count(0)


def snap(page: Page, kept: Path, name: str) -> None:
    """A picture of the page as wide and as narrow as it is used; nothing sticks out."""
    for shape, size in (("wide", WINDOW), ("narrow", NARROW)):
        page.set_viewport_size(size)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], name
        inside = "d => [d.scrollWidth, d.clientWidth]"
        for body in page.locator(".dialog-body").all():
            found, wide = body.evaluate(inside)
            assert found <= wide, (name, shape)
        page.screenshot(path=kept / f"{name}-{shape}.png")
    page.set_viewport_size(WINDOW)
