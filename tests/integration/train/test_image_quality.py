"""How good the small network is with nothing tuned."""

import json
from pathlib import Path

import numpy as np
from plugins.picture_sets import NewPictures, digit_pictures
from plugins.tables import RecordingContext

from aileron.data.images import ImageDataset
from aileron.serve.image_model import load
from aileron.serve.pictures import read
from aileron.train.images.cnn import TrainImageCNN


def test_handwritten_digits_are_read_with_defaults(
    new_pictures: NewPictures, tmp_path: Path
) -> None:
    parts = ["train"] * 3 + ["validation"] + ["train"] * 3 + ["test"] * 2 + ["train"]
    inputs, step = new_pictures(digit_pictures()[::2], parts=parts), TrainImageCNN()
    outputs = step.run(RecordingContext(tmp_path / "c"), step.Config(), inputs.ports())
    model = load(outputs["model"], threads=2)
    part = ImageDataset.read(inputs.dataset, inputs.split).part("test")
    pictures = [read(part.picture(i), model.card.preparation) for i in range(len(part))]
    right = model.scores(pictures).argmax(axis=1) == np.array([label for (label,) in part.labels])
    assert len(right) > 150
    assert right.mean() >= 0.95
    history = (outputs["metrics"] / "history.jsonl").read_text().splitlines()
    epochs = {json.loads(line)["step"] for line in history}
    assert len(epochs) < step.Config().epochs, "patience ends what is learnt"
