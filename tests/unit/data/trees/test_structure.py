"""Folders say which class a picture is of, and in which part it is."""

import pytest

from aileron.data.trees.structure import find_structure


def labels(*paths: str) -> list[str | None]:
    structure = find_structure(paths)
    return [structure.label(path) for path in paths]


def test_the_first_folder_is_the_class() -> None:
    assert labels("cat/1.png", "dog/2.png") == ["cat", "dog"]


def test_folders_inside_a_class_are_its_own_affair() -> None:
    paths = ("normal/images/1.jpg", "normal/more/2.jpg", "defective/images/1.jpg")
    assert labels(*paths) == ["normal", "normal", "defective"]


def test_a_folder_around_everything_is_passed_through() -> None:
    structure = find_structure(["pets/all/cat/1.png", "pets/all/dog/2.png"])
    assert structure.root == "pets/all/"
    assert structure.below("pets/all/dog/2.png") == "dog/2.png"
    assert structure.label("pets/all/dog/2.png") == "dog"


def test_a_picture_beside_the_class_folders_has_no_class() -> None:
    assert labels("cat/1.png", "dog/1.png", "cover.png") == ["cat", "dog", None]


@pytest.mark.parametrize("names", [("train", "val", "test"), ("Training", "valid", "testing")])
def test_train_validation_and_test_are_parts(names: tuple[str, str, str]) -> None:
    paths = [f"{part}/{label}/1.png" for part in names for label in ("cat", "dog")]
    structure = find_structure(paths)
    parts = [structure.part(path) for path in paths[::2]]
    assert parts == ["train", "validation", "test"]
    assert structure.label(paths[1]) == "dog"


def test_classes_that_sound_like_parts_stay_classes() -> None:
    assert labels("train/1.png", "bus/1.png") == ["train", "bus"]
    assert labels("train/1.png", "test/1.png") == ["train", "test"]
    assert labels("val/a/1.png", "test/a/1.png") == ["val", "test"]


def test_one_part_alone_is_a_folder_around_everything() -> None:
    structure = find_structure(["train/cat/1.png", "train/dog/1.png"])
    assert (structure.root, structure.has_parts) == ("train/", False)


def test_folders_without_pictures_are_told_of() -> None:
    folders = ["cat", "cat/more", "dog", "bird"]
    assert find_structure(["cat/1.png", "dog/1.png"], folders).empty == ("bird",)


def test_no_picture_has_no_class() -> None:
    assert find_structure([]).label("1.png") is None
