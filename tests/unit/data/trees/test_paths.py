"""Which names of files are pictures, junk or dangerous."""

import pytest

from aileron.data.trees.paths import clean, is_junk, is_picture, is_wanted


@pytest.mark.parametrize("name", ["a.jpg", "A.JPEG", "猫/狗.PNG", "x.tif", "x.webp", "x.heic"])
def test_pictures_by_name(name: str) -> None:
    assert is_picture(name)
    assert is_wanted(name)


@pytest.mark.parametrize("name", [".DS_Store", "cat/._1.jpg", "__MACOSX/cat/1.jpg", ".git/x.png"])
def test_what_systems_leave_behind(name: str) -> None:
    assert is_junk(name)
    assert not is_wanted(name)


@pytest.mark.parametrize("name", ["Thumbs.db", "notes.md", "a.mp4", "jpg", "a.jpg.part"])
def test_other_files(name: str) -> None:
    assert not is_wanted(name)


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x.png", "a/../../x.png", "C:\\x.png", "..\\x.png", "a\nb.png"]
)
def test_names_that_lead_elsewhere_are_unsafe(name: str) -> None:
    assert clean(name) is None


def test_names_are_made_alike() -> None:
    assert clean("./cat//1.png") == "cat/1.png"
    assert clean("cat\\1.png") == "cat/1.png"
    assert clean("cafe\u0301/1.png") == "caf\u00e9/1.png"
    assert clean("a..b/1.png") == "a..b/1.png"
