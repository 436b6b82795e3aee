"""What a version of an image may be made of, and what is refused with the line."""

from __future__ import annotations

import pytest

from aileron.container.recipe import Recipe, parse_apt, parse_pip
from aileron.container.registry import parse_reference
from aileron.core.documents import check_values
from aileron.core.errors import InvalidInput


def test_a_pip_list_has_packages_comments_and_an_index() -> None:
    lines = ["numpy", " scikit-learn==1.7  # pinned", "", "-i https://mirror.example/simple/"]
    found = parse_pip([*lines, "torch[opt]>=2"])
    assert found.requirements == ("numpy", "scikit-learn==1.7", "torch[opt]>=2")
    assert found.names == ("numpy", "scikit-learn", "torch")
    assert found.index == "https://mirror.example/simple/"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-r other.txt", "is no package"),
        ("-e .", "is no package"),
        ("../wheels/a.whl", "is no package"),
        ("a @ https://example.org/a.whl", "come from an index"),
        ("-i https://me:secret@mirror.example/simple/", "without a password"),
        ("-i file:///etc", "without a password"),
        ("--extra-index-url https://x.example", "is no package"),
    ],
)
def test_other_lines_are_refused_and_named(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        parse_pip(["numpy", line])
    assert line.split(maxsplit=1)[0] in str(refused.value)


@pytest.mark.parametrize("line", ["git; rm -rf /", "$(id)", "-o Dir=/", "a b", "Git"])
def test_a_debian_package_is_a_name_and_nothing_for_a_shell(line: str) -> None:
    with pytest.raises(ValueError, match="is no Debian package"):
        parse_apt([line])
    assert parse_apt(["git", "libgl1=1.6.0-1", "gcc:amd64"]) == (
        "git",
        "libgl1=1.6.0-1",
        "gcc:amd64",
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "give one of"),
        ({"base": "a", "pull": "r.example/a:1"}, "give one of"),
        ({"dockerfile": "FROM a", "pip": ["numpy"]}, "a Dockerfile says itself"),
        ({"upload": "0" * 32, "pip": ["numpy"]}, "taken as it is"),
        ({"pull": "r.example/a:1", "apt": ["git"]}, "taken as it is"),
        ({"base": "Trainer"}, "base"),
        ({"pull": "trainer:1"}, "pull"),
        ({"base": "a", "uses": []}, "uses"),
        ({"base": "a", "uses": ["batch"]}, "uses"),
    ],
)
def test_a_recipe_is_made_in_one_way(values: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        check_values(Recipe, values)


def test_what_runs_as_root_is_told() -> None:
    assert Recipe(dockerfile="FROM a").as_root
    assert Recipe(base="a", apt=("git",)).as_root
    assert not Recipe(base="a", pip=("numpy",)).as_root


def test_a_reference_has_a_host_a_repository_and_a_tag() -> None:
    digest = f"sha256:{'a' * 64}"
    assert parse_reference("r.example:5000/a/b:1") == ("r.example:5000", "a/b", "1")
    assert parse_reference("r.example/a") == ("r.example", "a", "latest")
    assert parse_reference(f"r.example/a:1@{digest}") == ("r.example", "a", digest)
