"""The pages on datasets in a real browser, on an installation that has datasets and no Airflow.

Screenshots are kept in pytest's folder of this session (`datasets0`).
"""

from __future__ import annotations

import io
import json
import math
import re
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
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from plugins.browser import person
from plugins.datasets import Notebook, Workbench
from plugins.history import PROJECT, History
from plugins.text_sets import Library

from aileron.api.app import create_app
from aileron.api.identity import TokenIdentity
from aileron.api.server import listener
from aileron.client.local import Installation
from aileron.core.ports import ArtifactKind
from aileron.data.audio.ingest import IngestAudio, IngestAudioConfig
from aileron.data.images.ingest import IngestImages, IngestImagesConfig
from aileron.data.quality.step import ProfileConfig, ProfileDataset
from aileron.ledger import RunState

WINDOW = {"width": 1280, "height": 800}
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

    def tones(self) -> Path:
        kinds = ("low", "high")
        files = {f"{kinds[n % 2]}/{n}.wav": tone(220 * n + 220) for n in range(4)}
        config = IngestAudioConfig(name="tones")
        return self.ingest(IngestAudio(), config, "tones.zip", zipped(files))


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
        ("tones", 1): importer.tones(),
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
    shop(history)
    return history


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
        with person(browser, **options) as session:
            token = shelf.token(role)
            origin = {"Origin": site.rstrip("/")}
            url = f"{site}api/v1/session"
            assert session.request.post(url, data={"token": token}, headers=origin).status == 204
            page = session.new_page()
            faults: list[str] = []
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on(
                "console",
                lambda said: faults.append(said.text) if is_fault(said) else None,
            )
            yield page
            assert not faults

    return open_tab


def is_fault(message: ConsoleMessage) -> bool:
    """An error that no test provokes: what is refused, and 503 where there is no Airflow."""
    provoked = re.search(r"status of (422|400|503)", message.text)
    return message.type == "error" and provoked is None


def visit(page: Page, site: str, path: str) -> None:
    page.goto(f"{site}#{path}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".waiting")).to_have_count(0)


PLACES = {
    "/datasets": "street",
    "/datasets/street": "default/street@v1",
    "/datasets/street/samples": "car",
    "/datasets/notes/samples": "LOC",
    "/datasets/tones/samples": "high",
    "/datasets/cars/table": "car 12",
    "/datasets/reviews/compare": "bad",
    "/datasets/cars/report": "v1",
    "/datasets/cars/lineage": "v1",
    "/datasets/fruit/import": "spring",
    "/datasets/cars/import": "cars",
    "/connections": "shop",
}


LOOKS = (("en", "light"), ("zh", "dark"))


def test_every_part_is_whole_in_both_languages(tab: Open, site: str, kept: Path) -> None:
    for language, theme in LOOKS:  # on one installation: what it has indexed serves both
        with tab("admin", language, theme) as page:
            for number, (path, found) in enumerate(PLACES.items()):
                visit(page, site, path)
                expect(page.get_by_text(found).first).to_be_visible()
                for image in page.locator(".gallery img").all()[:6]:
                    expect(image).to_have_js_property("complete", True)
                    assert image.evaluate("i => i.naturalWidth") > 0
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= WINDOW["width"], path
                assert not page.locator(".failure").count(), path
                page.screenshot(path=kept / f"{language}-{theme}-{number:02d}.png")
            look_closer(page, site, language)
            page.screenshot(path=kept / f"{language}-{theme}-sample.png")


def look_closer(page: Page, site: str, language: str) -> None:
    """At the columns of a table, a report and a picture."""
    visit(page, site, "/datasets/cars/table")
    expect(page.locator(".histogram")).to_have_count(3)
    visit(page, site, "/datasets/cars/report")
    report = page.frame_locator("iframe.report").locator("body")
    expect(report).to_contain_text("weight")
    findings = "Findings" if language == "en" else "发现"
    expect(report.get_by_role("heading", name=findings)).to_be_visible()
    visit(page, site, "/datasets/street/samples?sample=001.jpg")
    expect(page.locator(".sample-stage img")).to_have_js_property("complete", True)


def test_samples_are_filtered_and_looked_through_by_keyboard(tab: Open, site: str) -> None:
    with tab("viewer") as page:
        visit(page, site, "/datasets/street/samples")
        expect(page.locator(".gallery > li")).to_have_count(60)
        expect(page.get_by_text("1–60 of 70")).to_be_visible()
        page.get_by_role("button", name="Next").click()
        expect(page.locator(".gallery > li")).to_have_count(10)
        page.get_by_label("Label", exact=True).select_option("sun 太阳")
        expect(page.get_by_text("1–46 of 46")).to_be_visible()
        search = page.get_by_label("Search ids and texts")
        search.fill("00")
        expect(page.locator(".gallery > li")).to_have_count(6)
        expect(search).to_be_focused()
        page.reload()
        expect(page.locator(".gallery > li")).to_have_count(6)
        first = page.locator(".sample-open").first
        first.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        title = dialog.get_by_role("heading", level=2)
        before = title.inner_text()
        page.keyboard.press("ArrowRight")
        expect(title).not_to_have_text(before)
        expect(dialog.locator(".shape-outline")).to_have_count(2)
        dialog.get_by_role("button", name="sun 太阳").click()
        expect(dialog.locator(".shape-outline")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)


def test_a_recording_is_heard_and_texts_are_marked(tab: Open, site: str) -> None:
    with tab("viewer") as page:
        visit(page, site, "/datasets/tones/samples")
        player = page.locator("audio").first
        player.evaluate("a => a.load()")
        expect(player).to_have_js_property("error", None)
        assert player.evaluate(
            "a => new Promise(r => a.readyState ? r(a.duration)"
            " : (a.onloadedmetadata = () => r(a.duration), a.preload = 'auto', a.load()))"
        ) == pytest.approx(1.5, abs=0.05)
        visit(page, site, "/datasets/notes/samples?sample=a")
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("mark").first).to_contain_text("Ann")
        expect(dialog.locator(".relations")).to_contain_text("Rome")


def test_versions_are_locked_deleted_and_restored(tab: Open, site: str) -> None:
    with tab("developer") as page:
        visit(page, site, "/datasets/reviews")
        page.get_by_role("button", name="Lock version 1").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Why").fill("the paper cites it")
        dialog.get_by_role("button", name="Lock").click()
        first = page.get_by_role("row", name="default/reviews@v1")
        expect(first).to_contain_text("locked")
        delete = page.get_by_role("button", name="Delete version 1")
        expect(delete).to_have_attribute("aria-disabled", "true")
        page.get_by_role("button", name="Delete version 2").click()
        dialog.get_by_role("button", name="Delete").click()
        expect(page.get_by_role("row", name="default/reviews@v2")).to_have_count(0)
        page.get_by_label("Show deleted ones").check()
        page.get_by_role("button", name="Restore version 2").click()
        dialog.get_by_role("button", name="Restore").click()
        expect(page.get_by_role("button", name="Delete version 2")).to_be_visible()
    with tab("viewer") as page:
        visit(page, site, "/datasets/reviews")
        expect(page.get_by_role("button", name="Delete version 2")).to_have_accessible_description(
            "Needs the role developer. You are viewer."
        )


def test_the_catalogue_is_filtered_shared_and_starred(tab: Open, site: str, kept: Path) -> None:
    with tab("developer") as page:
        visit(page, site, "/datasets/cars")
        page.get_by_role("button", name="Share and tags").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Tags").fill("demo, 汽车")
        dialog.get_by_label("Login or project").fill("li")
        dialog.get_by_role("button", name="Share", exact=True).click()
        expect(dialog.locator(".lines")).to_contain_text("li")
        page.screenshot(path=kept / "share.png")
        dialog.get_by_role("button", name="Save").click()
        expect(page.locator(".facts")).to_contain_text("汽车")
        visit(page, site, "/datasets")
        page.get_by_role("button", name="cars is a favourite").click()
        expect(page.get_by_role("button", name="cars is a favourite")).to_have_attribute(
            "aria-pressed", "true"
        )
        page.get_by_label("Favourites").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_label("Favourites").click()
        page.get_by_label("Kind of data").select_option("text")
        expect(page.locator("tbody tr")).to_have_count(2)
        page.get_by_label("Search by name or tag").fill("nothing like this")
        expect(page.get_by_text("No dataset is like this")).to_be_visible()


def test_how_the_last_import_went_is_told(tab: Open, site: str, shelf: History) -> None:
    run_id = f"{PROJECT}/import_fruit/spring"
    shelf.ledger.runs.finish(run_id, RunState.FAILED, "no such file: a.csv")
    with tab("viewer") as page:
        visit(page, site, "/datasets")
        row = page.get_by_role("row", name="fruit")
        expect(row).to_contain_text("no such file")
        row.get_by_role("link", name="fruit").click()
        told = page.get_by_role("alert")
        expect(told).to_contain_text("The last import failed. no such file: a.csv")
        told.get_by_role("link", name="Look at the run").click()
        expect(page.get_by_role("heading", name="spring")).to_be_visible()
        crumbs = page.locator(".crumbs")
        crumbs.get_by_role("link", name="fruit").click()
        expect(page.get_by_role("heading", name="fruit")).to_be_visible()


def test_versions_are_made_and_exported_by_forms(tab: Open, site: str, kept: Path) -> None:
    with tab("developer", "zh") as page:
        visit(page, site, "/datasets/reviews")
        page.get_by_role("button", name="生成新版本…").click()
        dialog = page.get_by_role("dialog")
        operation = dialog.get_by_label("操作", exact=True)
        start = dialog.get_by_role("button", name="开始", exact=True)
        operation.select_option("merge")
        expect(start).to_have_accessible_description("请选择要并入的数据集。")
        dialog.get_by_label("要并入的数据集").select_option("notes@v1")
        operation.select_option("relabel")
        names = dialog.get_by_placeholder("每行一对：原名 = 新名")
        names.fill("bad")
        start.click()
        expect(dialog.get_by_role("alert")).to_contain_text("原名 = 新名")
        names.fill("bad = poor")
        expect(dialog.locator(".drop")).to_be_visible()  # a file of changes
        page.screenshot(path=kept / "relabel.png")
        start.click()
        expect(dialog.get_by_role("alert")).to_contain_text("AIRFLOW")  # which is not there
        operation.select_option("filter")
        dialog.get_by_role("checkbox", name="测试").check()
        start.click()
        expect(dialog.get_by_role("alert")).to_contain_text("AIRFLOW")
        dialog.get_by_role("button", name="取消").click()
        page.get_by_role("button", name="导出…").click()
        offered = dialog.get_by_label("格式").locator("option")
        expect(offered.first).to_be_attached()
        assert "COCO" not in " ".join(offered.all_inner_texts())  # these are texts
        page.screenshot(path=kept / "export.png")
        dialog.get_by_role("button", name="开始导出").click()
        expect(dialog.get_by_role("alert")).to_contain_text("AIRFLOW")


def test_a_connection_is_tested_and_looked_into(tab: Open, site: str, kept: Path) -> None:
    with tab("developer") as page:
        visit(page, site, "/datasets")
        page.get_by_role("link", name="Connections").click()
        page.get_by_role("button", name="Test shop").click()
        expect(page.get_by_role("status").filter(has_text="ms")).to_be_visible()
        page.get_by_role("button", name="Look into shop").click()
        dialog = page.get_by_role("dialog")
        asked = dialog.get_by_label("A table, or one SELECT")
        asked.fill("orders")
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("cell", name="泵")).to_be_visible()
        page.screenshot(path=kept / "preview.png")
        asked.fill("select 2 * price as twice from orders where price > 1")
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("cell", name="19.0")).to_be_visible()
        asked.fill("delete from orders")
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("alert")).to_be_visible()


def test_a_file_is_uploaded_for_an_import(tab: Open, site: str, kept: Path) -> None:
    with tab("developer") as page:
        visit(page, site, "/datasets/fruit/import")
        page.get_by_role("button", name="Import from elsewhere").click()
        dialog = page.get_by_role("dialog")
        start = dialog.get_by_role("button", name="Start the import")
        start.click()
        expect(dialog.get_by_role("alert")).to_have_text(
            "Choose a file and wait until it is there."
        )
        file = {"name": "水果.csv", "mimeType": "text/csv", "buffer": b"x" * (9 << 20)}
        dialog.locator("input[type=file]").set_input_files(file)
        expect(dialog.get_by_text("The file is on the server.")).to_be_visible()
        expect(dialog.locator(".drop")).to_contain_text("9.0 MiB / 9.0 MiB")
        page.screenshot(path=kept / "upload.png")
        start.click()
        expect(dialog.get_by_role("alert")).to_contain_text("AIRFLOW")  # which is not there
        dialog.get_by_text("An address").click()
        dialog.get_by_label("Address", exact=True).fill("ftp://there")
        start.click()
        expect(dialog.get_by_role("alert").first).to_contain_text("http")


def test_the_wizard_defines_a_dataset_and_starts_its_import(
    tab: Open, site: str, shelf: History, kept: Path
) -> None:
    with tab("developer", "zh") as page:
        visit(page, site, "/datasets")
        page.get_by_role("link", name="导入数据集").click()
        page.get_by_role("button", name="下一步").click()
        expect(page.get_by_role("alert")).to_be_visible()
        file = {"name": "pets.zip", "mimeType": "application/zip", "buffer": b"PK"}
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_text("文件已上传到服务器。")).to_be_visible()
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("button", name="下一步").click()
        expect(page.get_by_role("alert")).to_contain_text("名称")
        page.get_by_label("名称", exact=True).fill("pets")
        page.get_by_label("任务").select_option("detection")
        page.get_by_label("格式").select_option("coco")
        page.get_by_text("全部拒绝").click()
        page.screenshot(path=kept / "wizard.png")
        page.get_by_role("button", name="下一步").click()
        for said in ('"pets"', '"coco"', '"on_problem": "refuse"'):
            expect(page.locator(".definition")).to_contain_text(said)
        page.get_by_role("button", name="开始导入").click()
        expect(page.get_by_role("alert")).to_contain_text("AIRFLOW")  # which is not there
    written = shelf.workspace.folder / "datasets" / "pets" / "dataset.yaml"
    assert "upload" in written.read_text(encoding="utf-8")
