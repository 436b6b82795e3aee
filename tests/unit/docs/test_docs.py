"""The documentation is true: examples run, commands and links exist, tables are current."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from plugins.serving import run_step
from plugins.serving_app import LocalService
from plugins.tables import write_inputs

from aileron.cli import command as program
from aileron.core import catalogue
from aileron.core.settings import Settings
from aileron.lifecycle import compile_lifecycle, form_parameters, lint, load_lifecycle

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")])
PAGES = [page for page in PAGES if not page.relative_to(ROOT).parts[0].startswith(".")]
FOLDERS = {
    "Lifecycle": "configs/lifecycles",
    "Pipeline": "configs/pipelines",
    "Pool": "configs/pools",
    "Images": "configs/images.yaml",
    "Retention": "configs/retention.yaml",
    "Algorithm": "configs/algorithms",
    "Job": "job.yaml",
}
OWN_STEP = ROOT / "docs/how-to/own-step.md"
NEEDS_FILES = ROOT / "docs/how-to/fine-tune.md"
"""Its lifecycle wants weights; it is walked in tests/e2e."""
OTHER_PROGRAMS = {"cd", "curl", "echo", "export", "grep", "python", "sleep", "tar"}


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def file(self) -> str | None:
        """The file that the block's first line names."""
        found = re.match(r"# (\S+\.(?:py|toml|yaml))\b", self.text)
        return found[1] if found else None


def blocks(*languages: str) -> list[Block]:
    return [block for page in PAGES for block in read(page) if block.language in languages]


def read(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield Block(page, text[: found.start()].count("\n") + 1, found[1], found[2])


def every(*languages: str) -> Any:
    return pytest.mark.parametrize("block", blocks(*languages), ids=str)


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The guide's own step, installed as a distribution is: files, messages, entry point."""
    folder = tmp_path / "site"
    metadata = folder / "plant-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: plant\nVersion: 1.0\n")
    for block in read(OWN_STEP):
        if block.language not in ("python", "toml"):
            continue
        assert block.file, f"{block}: its first line names its file"
        path = folder / block.file
        path.parent.mkdir(exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {target}" for name, target in points.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(str(folder))
    forget_steps()
    yield folder
    monkeypatch.undo()
    forget_steps()
    for name in [name for name in sys.modules if name.partition(".")[0] == "plant"]:
        del sys.modules[name]


def forget_steps() -> None:
    catalogue.installed.cache_clear()
    catalogue.step_class.cache_clear()


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The shipped workspace, with every document of the documentation in it, and no cluster."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "absent"))
    folder = tmp_path / "workspace"
    for name in ("configs", "datasets"):
        shutil.copytree(ROOT / name, folder / name)
    for block in blocks("yaml"):
        if block.file and block.page != NEEDS_FILES:
            path = folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
            source = yaml.safe_load(block.text).get("source")
            if source and "file" in source:
                (path.parent / source["file"]).touch()
    for block in blocks("python"):
        if block.file and "/" in block.file:
            path = folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    return Settings(workspace=folder, home=tmp_path / "home")


def findings(workspace: Settings) -> list[str]:
    """What lint finds, but that there is no cluster for the pools."""
    found = lint(workspace)
    return [str(one) for one in found if one.error.message_id != "cluster.no_access"]


def test_there_is_something_to_check() -> None:
    assert len(blocks("yaml")) >= 8
    assert len(blocks("sh")) >= 8
    assert len(blocks("python")) >= 2
    assert {block.language for page in PAGES for block in read(page)} <= {
        "json", "python", "sh", "text", "toml", "yaml",
    }  # fmt: skip


@every("yaml")
def test_every_document_lies_where_its_kind_is_looked_for(block: Block) -> None:
    values = yaml.safe_load(block.text)
    if "kind" in values:
        assert block.file, "the first line names the file"
        path = Path(block.file)
        folders = {
            "Dataset": "datasets",
            "ExpectationSuite": "datasets",
            "Labels": "datasets",
        } | FOLDERS
        folders["Connections"] = "configs/connections.yaml"
        assert block.file.startswith(folders.get(values["kind"], "configs/environments"))
        if values["kind"] != "Job":  # its name is of the ledger, not of the workspace
            assert values.get("name", path.parent.name) in (path.stem, path.parent.name)


def test_the_workspace_of_the_documentation_is_sound(
    workspace: Settings, third_party: Path
) -> None:
    """Every lifecycle and pipeline loads, compiles and gives a form; its dataset loads with it."""
    assert findings(workspace) == []
    values = yaml.safe_load((workspace.workspace / "configs/environments/night.yaml").read_text())
    night = load_lifecycle(workspace.model_copy(update={"overlay": "night"}), "breast_cancer")
    assert night.spec.runtime.pool == values["values"]["runtime"]["pool"]


@pytest.mark.parametrize(
    "block", [b for b in blocks("yaml") if "kind" not in yaml.safe_load(b.text)], ids=str
)
def test_every_part_of_a_lifecycle_fits_the_lifecycle_of_the_guide(
    block: Block, workspace: Settings
) -> None:
    path = workspace.workspace / "configs/lifecycles/pumps.yaml"
    whole = yaml.safe_load(path.read_text(encoding="utf-8")) | yaml.safe_load(block.text)
    path.write_text(yaml.safe_dump(whole), encoding="utf-8")
    (workspace.workspace / "configs/pipelines/pump_quality.yaml").unlink()
    compile_lifecycle(load_lifecycle(workspace, "pumps"), workspace)
    assert findings(workspace) == []


def test_the_form_has_the_fields_that_the_guide_names(workspace: Settings) -> None:
    guide = (ROOT / "docs/guide/lifecycle.md").read_text(encoding="utf-8")
    paragraph = guide.partition("**The trigger form**")[2].partition("\n\n")[0]
    named = set(re.findall(r"`([a-z_]+)`", paragraph))
    assert len(named) >= 6
    assert named <= set(form_parameters(load_lifecycle(workspace, "pumps")))


@every("sh")
def test_every_command_exists(block: Block) -> None:
    for name, *rest in commands(block.text):
        if name == "make":
            check_make(rest)
        elif name == "aileron":
            check_aileron(rest)
        else:
            assert name in OTHER_PROGRAMS, f"{block}: what is {name}?"


def commands(text: str) -> Iterator[list[str]]:
    """The words of each command in a shell text; what quotes hold is one word."""
    text = re.sub(r"\\\n\s*", " ", text)
    text = re.sub(r"\s#.*", "", text)
    text = re.sub(r"\"([^\"$]*)\"|'[^']*'", "quoted", text)
    words = r"\n|\|\||&&|[|;&()]|\$\(|>+ *\S+|\b(?:do|done|until)\b"
    for command in re.split(words, text):
        given = [word for word in command.split() if word != "$"]
        while given and re.fullmatch(r"[A-Z_]+=\S*", given[0]):
            given.pop(0)
        if given:
            yield given


def test_commands_are_found_in_pipes_and_loops() -> None:
    text = 'A=$(aileron x --comment "a; b") | grep "$A" > file\nuntil curl y; do sleep 1; done &'
    words = ["aileron x --comment quoted", 'grep "$A"', "curl y", "sleep 1"]
    assert [" ".join(command) for command in commands(text)] == words


def test_a_command_that_does_not_exist_would_be_found() -> None:
    for line in ("lifecycle walk", "lifecycle run pumps --fast", "model promote pumps"):
        with pytest.raises((click.UsageError, AssertionError)):
            check_aileron(line.split())
    with pytest.raises(AssertionError):
        check_make(["everything"])


def check_make(words: list[str]) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for word in words:
        assert "=" in word or word in targets, word


def check_aileron(words: list[str]) -> None:
    found: click.Command = program
    while isinstance(found, click.Group):
        name, *words = words
        context = context_of(found)
        inner = found.get_command(context, name)
        assert inner is not None, f"there is no command {name}"
        found = inner
    given, _, _ = found.make_parser(context_of(found)).parse_args(list(words))
    for parameter in found.params:
        if parameter.required:
            assert isinstance(given.get(str(parameter.name)), str), parameter.name


def context_of(found: click.Command) -> click.Context:
    """A context like the program's own: click keeps the first help option that it makes."""
    return click.Context(found, help_option_names=["-h", "--help"])


def test_commands_in_running_text_exist() -> None:
    for page in PAGES:
        for words in re.findall(r"`(aileron [a-z ]+)`", page.read_text(encoding="utf-8")):
            found: Any = program
            for name in words.split()[1:]:
                if isinstance(found, click.Group):
                    found = found.get_command(context_of(found), name)
                    assert found is not None, f"{page.name}: {words}"


def test_the_own_step_of_the_guide_keeps_its_promises(third_party: Path, tmp_path: Path) -> None:
    for block in read(OWN_STEP):
        if Path(str(block.file)).name.startswith("test_"):
            space = runpy.run_path(str(third_party / str(block.file)))
            tests = [value for name, value in space.items() if name.startswith("test_")]
            assert tests
            for test in tests:
                test(tmp_path)
    assert catalogue.step_class("plant.gaps").__module__ == "plant.steps"


@every("json")
def test_every_json_block_is_json(block: Block) -> None:
    json.loads(block.text)


def test_a_service_answers_the_requests_of_its_page(tmp_path: Path) -> None:
    count = 60
    columns = {
        "inspected": [f"2024-01-{1 + i % 28:02}" for i in range(count)],
        "site": [("north", "south")[i % 2] for i in range(count)],
        "pressure": [i % 13 + 0.5 for i in range(count)],
        "vibration": [None if i % 9 == 4 else i % 7 / 7 for i in range(count)],
        "note": ["rattling" if i % 13 > 7 else "quiet" for i in range(count)],
        "state": ["failing" if i % 13 > 7 else "good" for i in range(count)],
    }
    types = {"inspected": "date", "note": "text"}
    inputs = write_inputs(tmp_path, columns, "state", "classification", types=types)
    model = run_step("train.logistic_regression", tmp_path / "train", inputs.ports())["model"]
    service = LocalService.of(model, tmp_path / "service" / "src")
    documents = [json.loads(block.text) for block in read(ROOT / "docs/reference/service.md")
                 if block.language == "json"]  # fmt: skip
    rows, answer, columns_of, error = documents
    given = service.post("/predict", rows)
    assert given.status_code == 200, given.text
    assert given.json().keys() == answer.keys()
    assert given.json()["batch_results"][0].keys() == answer["batch_results"][0].keys()
    inferred = service.post("/v2/models/sample/infer", columns_of)
    assert inferred.status_code == 200, inferred.text
    assert [output["name"] for output in inferred.json()["outputs"]] == ["label"]
    whole = rows["data"][0]
    without_site = {name: value for name, value in whole.items() if name != "site"}
    refused = service.post("/predict", {"data": [without_site]})
    assert refused.json() == error


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"(?<!\[)`[^`\n]*`(?!\])", "", page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"\w+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    listed = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    for folder in ("tutorial", "guide", "how-to", "reference"):
        for page in (ROOT / "docs" / folder).iterdir():
            assert f"({folder}/{page.name})" in index
    for page in (ROOT / "docs/adr").glob("0*.md"):
        assert f"({page.name})" in listed


def test_what_is_made_from_the_code_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among others the help of every command: a change of it is seen here."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    made = runpy.run_path(str(ROOT / "docs/write_reference.py"))["reference"]()
    assert len(made) >= 7
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, f"run `make docs`: {path.name}"


def test_every_test_that_the_page_of_kubernetes_names_is_there() -> None:
    features = tomllib.loads((ROOT / "docs/kubernetes.toml").read_text(encoding="utf-8"))
    for row in (row for rows in features.values() for row in rows):
        file, _, function = row["test"].partition("::")
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert f"def {function}(" in text, row["test"]
        assert row["how"] in ("verified", "rendered", "judged", "refused")


def test_every_variable_of_the_settings_is_documented() -> None:
    page = (ROOT / "docs/reference/configuration.md").read_text(encoding="utf-8")
    source = (ROOT / "aileron/core/settings.py").read_text(encoding="utf-8")
    for name in set(re.findall(r'"(AILERON_[A-Z_]+)"', source)) - {"AILERON_TELEMETRY"}:
        assert f"`{name}`" in page, name
