"""Whatever has happened to a file, what cannot be used is told, and nothing else is raised."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugins.annotated import HEIGHT, WIDTH
from plugins.said_of_pictures import everything, put
from plugins.spoiling import read_all, spoiled

from aileron.data.formats import find_format

ENDINGS = {
    "coco": (".json",),
    "voc": (".xml", "ImageSets/Main/default.txt", "labelmap.txt"),
    "yolo": ("data.yaml", "b.txt", "1.txt"),
    "bml_json": (".json",),
    "bml_xml": (".xml",),
    "labelme": (".json", "labels.txt"),
    "cvat": (".xml",),
    "datumaro": (".json",),
    "label_studio": (".json", ".xml"),
    "mask_png": ("labelmap.txt", "masks/a/1.png"),
}
CASES = [(name, ending) for name, endings in ENDINGS.items() for ending in endings]


@pytest.mark.parametrize(("name", "ending"), CASES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_spoiled_file_is_told_of_in_words(name: str, ending: str, data: st.DataObject) -> None:
    format_ = find_format(name, "image")
    tree = data.draw(spoiled(put(format_, everything()), ending))
    format_.recognises(tree)
    samples, _ = read_all(format_, tree)
    for sample in samples:
        assert sample.media in tree.files
        for thing in sample.objects:
            assert thing.label
            assert thing.box.width >= 0
            assert -1 <= thing.box.x <= max(WIDTH, sample.width) + 1
            assert -1 <= thing.box.y <= max(HEIGHT, sample.height) + 1
