"""The Dockerfile keeps its promises: pinned, locked, not root, nothing of a build left."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from plugins.images import SERVER, TRAINER, Image

from aileron.core.settings import SILENT

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docker"
IMAGES = ("airflow", "trainer", "server", "gateway", "labelstudio")


@dataclass(frozen=True)
class Stage:
    base: str
    instructions: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        return [words for found, words in self.instructions if found == name]


def stages() -> dict[str, Stage]:
    text = re.sub(r"^#.*\n", "", (FOLDER / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    found: dict[str, Stage] = {}
    name, base, body = "", "", list[tuple[str, str]]()
    for instruction, _, words in (line.partition(" ") for line in [*lines, "FROM end AS end"]):
        if instruction == "FROM":
            found[name] = Stage(base, tuple(body))
            (base, name), body = words.split(" AS "), []
        else:
            body.append((instruction, " ".join(words.split())))
    return found


STAGES = stages()


def lineage(name: str) -> list[Stage]:
    """The stage and those it is made from."""
    stage = STAGES[name]
    return [stage, *(lineage(stage.base) if stage.base in STAGES else [])]


def test_every_base_is_one_image_of_a_patch_version() -> None:
    bases = {stage.base for name, stage in STAGES.items() if name and stage.base not in STAGES}
    assert bases == {"${BASE}", "scratch"}
    (default,) = STAGES[""].all("ARG")
    assert re.fullmatch(r"BASE=python:3\.\d+\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", default)


@pytest.mark.parametrize("image", ["airflow", "labelstudio"])
def test_the_folders_that_an_image_writes_to_are_its_users(image: str) -> None:
    variables = " ".join(STAGES[image].all("ENV"))
    written = set(re.findall(r"=(/\w+)", variables))
    assert written
    made = STAGES[image].all("RUN")[-1].partition("install -d -o 1000 -g 1000 ")[2].split()
    assert {*made} == written


def test_what_builds_our_wheel_is_locked() -> None:
    assert (
        "uv build --quiet --wheel --build-constraints build.lock"
        in (FOLDER / "install.sh").read_text()
    )
    lines = (FOLDER / "build.lock").read_text().splitlines()
    locked = {line.partition("==")[0]: line.partition("==")[2] for line in lines}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(locked[requirement.name])


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_runs_as_user_1000_without_an_entrypoint_or_a_telling_tool(image: str) -> None:
    users = [stage.all("USER")[-1] for stage in lineage(image) if stage.all("USER")]
    assert users[0] == "1000:1000"
    assert not any(stage.all("ENTRYPOINT") for stage in lineage(image))
    assert len(STAGES[image].all("CMD")) == 1
    variables = " ".join(words for stage in lineage(image) for words in stage.all("ENV"))
    for name, value in SILENT.items():
        assert f"{name}={value}" in variables.split(), name


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_gets_its_environment_from_a_build_that_the_lock_rules(image: str) -> None:
    (copied, *_) = STAGES[image].all("COPY")
    assert copied == f"--from={image}-environment /opt/venv /opt/venv"
    (build,) = STAGES[f"{image}-environment"].all("RUN")
    assert "./install.sh extras" in build or "./install.sh lock labelstudio.lock" in build
    assert "--constraint requirements.lock" in (FOLDER / "install.sh").read_text()
    assert not any("pip install" in words for words in STAGES[image].all("RUN"))


@pytest.mark.parametrize("image", [TRAINER, SERVER], ids=["trainer", "server"])
def test_the_images_of_the_tests_hold_what_an_installation_s_hold(image: Image) -> None:
    name = image.name.partition("-")[2]
    (build,) = STAGES[f"{name}-environment"].all("RUN")
    extras, *others = build.partition("install.sh extras ")[2].split()
    assert (tuple(extras.split(",")), tuple(others)) == (image.extras, image.requirements)


def test_every_extra_that_is_asked_for_exists() -> None:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    runs = [words for stage in STAGES.values() for words in stage.all("RUN")]
    asked = {
        extra
        for words in runs
        for extra in words.partition("install.sh extras ")[2].partition(" ")[0].split(",")
    }
    assert asked - {""} <= {*known}


def test_what_is_copied_into_a_build_is_there_and_not_ignored() -> None:
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copies = [words.split() for stage in STAGES.values() for words in stage.all("COPY")]
    sources = {source for words in copies if "--from" not in words[0] for source in words[:-1]}
    assert len(sources) > 8
    for source in sources:
        assert (ROOT / source).exists(), source
        assert source.partition("/")[0] in allowed, source


def test_a_machine_without_a_builder_is_told_what_to_install(tmp_path: Path) -> None:
    for tool in ("bash", "dirname", "sed"):
        (tmp_path / tool).symlink_to(f"/bin/{tool}")
    done = subprocess.run(
        [FOLDER / "build.sh"], env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "neither docker (with its server), podman nor buildah is here" in done.stderr


@pytest.mark.parametrize("links", ["/usr /tmp", "https://index.test/wheels"])
def test_links_that_are_no_folder_are_refused(links: str) -> None:
    environ = {"PATH": os.environ["PATH"], "UV_FIND_LINKS": links}
    done = subprocess.run([FOLDER / "build.sh"], env=environ, capture_output=True, text=True)
    assert done.returncode == 2
    assert "UV_FIND_LINKS or PIP_FIND_LINKS is no single folder" in done.stderr


def test_what_pip_and_uv_were_told_comes_as_a_secret_and_not_as_an_argument(tmp_path: Path) -> None:
    """A builder that only says how it was called, and with which secret."""
    fake = tmp_path / "docker"
    fake.write_text(
        "#!/bin/bash\n"
        'for word; do case $word in id=packages,src=*) cat "${word#*src=}" ;; esac; done\n'
        'echo "called $*"\n'
    )
    fake.chmod(0o755)
    told = {"PIP_INDEX_URL": "https://user:word@index.test/simple", "PIP_FIND_LINKS": ""}
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [FOLDER / "build.sh", "trainer", "trainer-gpu"],
        env={"PATH": path, "PREFIX": "r/", "TAG": "1", **told},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    calls = [line for line in done.stdout.splitlines() if line.startswith("called build")]
    assert [call.count("TORCH_BACKEND=cpu") for call in calls] == [1, 0]
    assert all("user:word" not in call for call in calls)
    assert f"UV_DEFAULT_INDEX='{told['PIP_INDEX_URL']}'" in done.stdout
    assert "r/aileron-trainer-gpu:1" in done.stdout
