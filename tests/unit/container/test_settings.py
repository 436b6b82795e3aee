"""``configs/images.yaml``: registries and indexes, without a secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aileron.container.settings import load_images
from aileron.core.errors import InvalidInput

FILE = """\
apiVersion: aileron/v1
kind: Images
packages: {index: "https://mirror.example/simple/"}
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
    registry = settings.registry_of("r.example:5000")
    monkeypatch.setenv("TEAM_REGISTRY", "s3cret")
    assert settings.login(registry) == ("ann", "s3cret")
    assert "s3cret" not in repr(settings)


def test_a_host_that_the_file_does_not_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no registry evil\.example; it names r\.example:5000"):
        load_images(write(tmp_path, FILE)).registry_of("evil.example")
    with pytest.raises(InvalidInput, match="it names -"):
        load_images(tmp_path / "nowhere").registry_of("r.example")


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
