"""``configs/images.yaml``: registries and indexes, without a secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aileron.container.settings import load_images
from aileron.core.errors import InvalidInput, Refused

FILE = """\
apiVersion: aileron/v1
kind: Images
packages: {index: "https://mirror.example/simple/", allowed: ["https://gpu.example/whl"]}
registries:
  team: {address: "r.example:5000/ml", user: ann, password: {env: TEAM_REGISTRY}}
limits: {bytes: 1000}
"""


def write(workspace: Path, text: str) -> Path:
    (workspace / "configs").mkdir(exist_ok=True)
    (workspace / "configs/images.yaml").write_text(text)
    return workspace


def test_a_registry_is_found_by_its_host_and_its_password_when_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_images(write(tmp_path, FILE))
    registry = settings.registry_of("r.example:5000", "ml/trainer", "default")
    monkeypatch.setenv("TEAM_REGISTRY", "s3cret")
    assert settings.login(registry) == ("ann", "s3cret")
    assert "s3cret" not in repr(settings)


def test_a_host_that_the_file_does_not_name_is_refused(tmp_path: Path) -> None:
    known = r"no registry evil\.example/ml/a; it names r\.example:5000/ml, "
    with pytest.raises(InvalidInput, match=known):
        load_images(write(tmp_path, FILE)).registry_of("evil.example", "ml/a", "default")
    with pytest.raises(InvalidInput, match="it names -"):
        load_images(tmp_path / "nowhere").registry_of("r.example", "a", "default")


@pytest.mark.parametrize("name", ["a", "mla/a", "ml", "ml/../a", "ml/./a", "ml//a", "ml/a/"])
def test_what_is_not_below_the_address_is_refused(tmp_path: Path, name: str) -> None:
    settings = load_images(write(tmp_path, FILE))
    if name == "ml":  # the path itself is a name below nothing
        settings = load_images(write(tmp_path, FILE.replace("5000/ml", "5000/ml/deep")))
    with pytest.raises(InvalidInput, match="names no registry"):
        settings.registry_of("r.example:5000", name, "default")


def test_a_project_takes_its_own_images_and_those_for_all(tmp_path: Path) -> None:
    settings = load_images(write(tmp_path, FILE))
    for name in ("ml/trainer", "ml/team-a/vision", "ml/team-a/deep/vision"):
        settings.registry_of("r.example:5000", name, "team_a")
    for name in ("ml/other/vision", "ml/team-a-b/vision"):
        with pytest.raises(Refused, match=r"those of your project .*/ml/team-a/NAME"):
            settings.registry_of("r.example:5000", name, "team_a")


def test_the_registry_with_the_nearest_path_decides(tmp_path: Path) -> None:
    more = FILE.replace("registries:", "registries:\n  all: {address: 'r.example:5000/ml/base'}")
    settings = load_images(write(tmp_path, more))
    found = settings.registry_of("r.example:5000", "ml/base/trainer", "team_a")
    assert found.address == "r.example:5000/ml/base"


def test_packages_come_from_the_indexes_that_the_file_names(tmp_path: Path) -> None:
    settings = load_images(write(tmp_path, FILE))
    settings.check_index("https://mirror.example/simple")
    settings.check_index("https://gpu.example/whl/")
    for url in ("http://127.0.0.1:8080/", "https://pypi.org/simple"):
        with pytest.raises(Refused, match=r"are not taken from .* names https://mirror\.example"):
            settings.check_index(url)
    load_images(tmp_path / "nowhere").check_index("https://pypi.org/simple/", {})


def test_variables_of_passwords_are_known_by_name(tmp_path: Path) -> None:
    assert load_images(write(tmp_path, FILE)).secret_variables == ("TEAM_REGISTRY",)


def test_a_password_in_the_file_is_refused_with_its_line_and_not_repeated(tmp_path: Path) -> None:
    text = FILE.replace("{env: TEAM_REGISTRY}", "hunter2")
    with pytest.raises(InvalidInput, match=r"images\.yaml:5") as refused:
        load_images(write(tmp_path, text))
    assert "hunter2" not in str(refused.value)


def test_an_index_with_a_password_is_refused(tmp_path: Path) -> None:
    text = FILE.replace("https://mirror", "https://me:pw@mirror")
    with pytest.raises(InvalidInput, match=r"packages\.index"):
        load_images(write(tmp_path, text))


def test_pips_and_uvs_variables_say_where_packages_are_unless_the_file_does(tmp_path: Path) -> None:
    environ = {"PIP_INDEX_URL": "https://pip.example/simple", "UV_FIND_LINKS": "/wheels"}
    plain = load_images(tmp_path / "nowhere")
    assert plain.packages(environ)["index"] == "https://pip.example/simple"
    assert plain.packages(environ)["wheels"] == ["/wheels"]
    assert plain.packages({"PIP_INDEX_URL": "https://me:pw@pip.example"})["index"] is None
    written = load_images(write(tmp_path, FILE))
    assert written.packages(environ)["index"] == "https://mirror.example/simple/"
