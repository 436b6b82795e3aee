"""A model of pictures is loaded only if it is the one that was trained, and fits its card."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.image_models import COLOURS, picture, write_image_model

from aileron.serve.image_model import ImageModelCard, ModelBroken, load
from aileron.serve.pictures import read


def change(folder: Path, **changed: Any) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


def test_it_scores_prepared_pictures(tmp_path: Path) -> None:
    model = load(write_image_model(tmp_path / "model"))
    batch = [read(picture(colour), model.card.preparation) for colour in ("red", "blue")]

    scores = model.scores(batch)

    assert scores.shape == (2, 3)
    assert scores.dtype == np.float64
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-6)
    assert [COLOURS[i] for i in scores.argmax(axis=1)] == ["red", "blue"]
    assert model.chosen(scores).tolist() == [[True, False, False], [False, False, True]]


def test_many_labels_are_chosen_by_the_threshold(tmp_path: Path) -> None:
    scores = np.array([[0.9, 0.4, 0.3], [0.1, 0.2, 0.25]])
    for threshold, wanted in (
        (None, [[True, False, False], [False, False, False]]),
        (0.25, [[True, True, True], [False, False, True]]),
    ):
        folder = tmp_path / str(threshold)
        model = load(write_image_model(folder, task="multi_label", threshold=threshold))
        assert model.chosen(scores).tolist() == wanted


def test_the_card_is_written_as_it_is_read(tmp_path: Path) -> None:
    folder = write_image_model(tmp_path / "model", ("绝缘子", "缺陷", "other"))

    assert ImageModelCard.read(folder).to_json() == json.loads((folder / "model.json").read_text())


def test_pictures_that_are_not_prepared_are_refused(tmp_path: Path) -> None:
    model = load(write_image_model(tmp_path / "model"))

    with pytest.raises(ValueError, match=r"\(3, 8, 8\), not \(3, 16, 16\)"):
        model.scores(np.zeros((1, 3, 8, 8), dtype=np.float32))


def test_many_threads_get_what_one_gets(tmp_path: Path) -> None:
    model = load(write_image_model(tmp_path / "model"))
    batch = np.random.default_rng(5).normal(size=(4, 3, 16, 16)).astype(np.float32)
    wanted, found = model.scores(batch), []
    threads = [
        threading.Thread(target=lambda: found.extend(model.scores(batch) for _ in range(20)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 120
    assert all(np.array_equal(wanted, scores) for scores in found)


def spoil(folder: Path) -> None:
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"\x00")


def forge(folder: Path) -> None:
    """Not a graph, with the right digest."""
    import hashlib

    (folder / "model.onnx").write_bytes(b"not a graph")
    change(folder, file_digest=hashlib.sha256(b"not a graph").hexdigest())


BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "another file": (spoil, "digest differs"),
    "no file": (lambda f: (f / "model.onnx").unlink(), "missing"),
    "a file elsewhere": (lambda f: change(f, file="../model.onnx"), "missing"),
    "no graph": (forge, "is not loaded"),
    "no card": (lambda f: (f / "model.json").unlink(), "cannot be read"),
    "a later format": (lambda f: change(f, format_version=2), "format version"),
    "a table's card": (lambda f: change(f, contract="table"), "not of a model of pictures"),
    "an unknown field": (lambda f: change(f, colour="red"), "incomplete"),
    "no preparation": (lambda f: change(f, preparation={}), "incomplete"),
    "more classes than scores": (
        lambda f: change(f, classes=["a", "b", "c", "d"]), "unlike model.json",
    ),
    "another size": (
        lambda f: change(f, preparation=json.loads((f / "model.json").read_text())["preparation"]
                         | {"size": [8, 8]}), "unlike model.json",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_a_model_that_is_not_whole_is_not_loaded(how: str, tmp_path: Path) -> None:
    folder = write_image_model(tmp_path / "model")
    damage, said = BROKEN[how]
    damage(folder)

    with pytest.raises(ModelBroken, match=said):
        load(folder)


def test_weights_beside_the_graph_are_not_read(tmp_path: Path) -> None:
    """A graph that points to a file beside it would run what no digest covers."""
    import hashlib

    import onnx

    folder = write_image_model(tmp_path / "model")
    graph = onnx.load(folder / "model.onnx")
    onnx.external_data_helper.convert_model_to_external_data(
        graph, location="weights.bin", size_threshold=0
    )
    onnx.save(graph, folder / "model.onnx")
    change(folder, file_digest=hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest())
    assert (folder / "weights.bin").is_file()

    with pytest.raises(ModelBroken, match="is not loaded"):
        load(folder)
