"""Pascal VOC as its development kit, labelImg, Datumaro and real data have it."""

from __future__ import annotations

import pytest
from plugins.annotated import HEIGHT, WIDTH, MemoryTree, pixels
from plugins.shared_data import shared

from aileron.core.errors import InvalidInput
from aileron.data.formats import Problems, Writing, find_format, recognise
from aileron.data.formats.records import Box, ImageSample, Label, Object, Task

VOC = find_format("voc")
OBJECT = """  <object>
    <name>{name}</name>
    <pose>Left</pose>
    <truncated>1</truncated>
    <difficult>0</difficult>
    <bndbox>
      <ymax>{bottom}</ymax>
      <xmin>2</xmin>
      <xmax>12.5</xmax>
      <ymin>3</ymin>
    </bndbox>
  </object>
"""


def xml(*objects: str, name: str = "1.png", size: str = "") -> bytes:
    return f"""<annotation>
  <filename>{name}</filename>
  <size>{size}</size>
{"".join(objects)}</annotation>
""".encode()


def thing(name: str = "cat", bottom: object = 9) -> str:
    return OBJECT.format(name=name, bottom=bottom)


def read(files: dict[str, bytes], task: Task | None = None) -> tuple[list[ImageSample], list[str]]:
    problems = Problems()
    tree = MemoryTree(files)
    assert recognise(tree, "image").name == "voc"
    reading = VOC.read(tree, task, problems)
    samples = sorted(reading.samples, key=lambda sample: sample.sample_id)
    return samples, [str(problem) for problem in problems]


def pictures(*names: str) -> dict[str, bytes]:
    return {f"JPEGImages/{name}": pixels(i) for i, name in enumerate(names)}


def test_boxes_are_from_corner_to_corner_in_any_order_of_fields() -> None:
    (sample,), problems = read({**pictures("1.png"), "Annotations/1.xml": xml(thing())})
    assert problems == []
    assert (sample.width, sample.height) == (WIDTH, HEIGHT)
    assert sample.objects == (
        Object("cat", Box(2, 3, 10.5, 6), attributes={"pose": "Left", "truncated": True}),
    )


def test_a_size_in_the_xml_saves_a_look_at_the_picture() -> None:
    said = xml(size="<width>7</width><height>5</height>")
    (sample,), _ = read({"JPEGImages/1.png": b"no picture", "Annotations/1.xml": said})
    assert (sample.width, sample.height) == (7, 5)


def test_parts_are_what_the_lists_say_and_a_picture_of_two_parts_is_of_none() -> None:
    notes = {f"Annotations/{i}.xml": xml() for i in range(4)}
    lists = {
        "ImageSets/Main/train.txt": b"0\n3\n",
        "ImageSets/Main/val.txt": b"1\r\n3\r\n\r\n",
        "ImageSets/Main/trainval.txt": b"0\n1\n",
        "ImageSets/Main/cat_train.txt": b"0  1\n3 -1\n",
    }
    samples, problems = read({**pictures("0.png", "1.png", "2.png", "3.png"), **notes, **lists})
    assert problems == []
    assert [sample.split for sample in samples] == ["train", "validation", None, None]


def test_a_picture_without_xml_waits_for_annotation() -> None:
    files = {**pictures("1.png", "2.png"), "Annotations/1.xml": xml()}
    samples, _ = read(files)
    assert [sample.annotated for sample in samples] == [True, False]


def test_classification_is_the_lists_of_classes_with_1() -> None:
    files = {
        **pictures("a 1.png", "2.png", "3.png"),
        "ImageSets/Main/train.txt": b"a 1\n2\n3\n",
        "ImageSets/Main/cat_train.txt": b"a 1  1\n2 -1\n",
        "ImageSets/Main/red box_train.txt": b"a 1  1\n2  0\n",
    }
    samples, problems = read(files)
    assert problems == []
    found = {s.sample_id: (s.labels, s.annotated, s.split) for s in samples}
    assert found == {
        "a 1.png": (("cat", "red box"), True, "train"),
        "2.png": ((), True, "train"),
        "3.png": ((), False, "train"),
    }


def test_without_lists_of_classes_a_picture_has_the_labels_of_its_objects() -> None:
    both = xml(thing("cat"), thing("dog"), thing("cat"))
    (sample,), _ = read({**pictures("1.png"), "Annotations/1.xml": both}, "classification")
    assert (sample.labels, sample.objects) == (("cat", "dog"), ())


def test_labels_of_pictures_with_objects_count_if_they_say_more() -> None:
    files = {
        **pictures("1.png", "2.png"),
        "Annotations/1.xml": xml(thing("cat")),
        "Annotations/2.xml": xml(thing("cat")),
        "ImageSets/Main/cat_train.txt": b"1 1\n2 1\n",
        "ImageSets/Main/night_train.txt": b"1 -1\n2 1\n",
        "ImageSets/Main/train.txt": b"1\n2\n",
    }
    samples, problems = read(files)
    assert problems == []
    assert [sample.labels for sample in samples] == [(), ("cat", "night")]
    tree = MemoryTree()
    writing = Writing(
        "detection", (Label("cat"), Label("night")), samples, lambda s: files[s.media]
    )
    VOC.write(writing, tree)
    again = sorted(VOC.read(tree, None, Problems()).samples, key=lambda s: s.sample_id)
    assert [sample.labels for sample in again] == [(), ("cat", "night")]


def test_the_label_map_of_datumaro_lists_the_classes_without_the_background() -> None:
    label_map = b"# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:128,0,0::\nzebra:::\n"
    files = {
        **pictures("1.png"),
        "Annotations/1.xml": xml(thing("horse")),
        "labelmap.txt": label_map,
    }
    reading = VOC.read(MemoryTree(files), None, Problems())
    assert (reading.labels, reading.known) == ((Label("cat"), Label("zebra")), True)
    _, problems = read(files)
    (problem,) = problems
    assert "no class horse; the classes are cat, zebra." in problem


def test_an_xml_of_another_name_finds_its_picture_by_what_it_says() -> None:
    files = {**pictures("photo.png"), "Annotations/0001.xml": xml(thing(), name="photo.png")}
    (sample,), problems = read(files)
    assert (problems, len(sample.objects)) == ([], 1)


def test_several_years_keep_their_folders_in_the_ids() -> None:
    files = {}
    for year in ("VOC2007", "VOC2012"):
        files[f"VOCdevkit/{year}/JPEGImages/1.png"] = pixels(len(files))
        files[f"VOCdevkit/{year}/Annotations/1.xml"] = xml()
        files[f"VOCdevkit/{year}/ImageSets/Main/{'train' if '7' in year else 'test'}.txt"] = b"1\n"
    samples, problems = read(files)
    assert problems == []
    assert [(sample.sample_id, sample.split) for sample in samples] == [
        ("VOC2007/1.png", "train"),
        ("VOC2012/1.png", "test"),
    ]


def test_masks_of_the_original_are_no_pictures() -> None:
    files = {**pictures("1.png"), "Annotations/1.xml": xml(), "SegmentationClass/1.png": pixels(9)}
    assert [sample.media for sample in read(files)[0]] == ["JPEGImages/1.png"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (xml(thing("")), "Annotations/1.xml:4: A label is empty"),
        (xml(thing(bottom=3)), "Annotations/1.xml:4: A box is 10.5 wide and 0 high"),
        (xml(thing(), thing(bottom=99)), "Annotations/1.xml:16: The box 2, 3, 10.5, 96"),
        (xml(thing(bottom="nine")), "Annotations/1.xml:4: Field ymax is nine"),
        (xml(thing(bottom="1e999")), "Annotations/1.xml:4: A coordinate is not a number"),
        (xml("<object>\n<name>a</name></object>"), "Annotations/1.xml:4: There is no field bndbox"),
        (b"<annotation>\n<x>", "Annotations/1.xml:2: The file is no XML"),
        (b"\n<annotation-x/>", "Annotations/1.xml:2: The outermost element is annotation-x"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(content: bytes, problem: str) -> None:
    files = {**pictures("0.png", "1.png"), "Annotations/1.xml": content, "Annotations/0.xml": xml()}
    samples, problems = read(files)
    assert [sample.sample_id for sample in samples] == ["0.png"]
    assert [said[: len(problem)] for said in problems] == [problem]


def test_what_has_no_picture_is_told() -> None:
    files = {
        **pictures("1.png"),
        "Annotations/1.xml": xml(),
        "Annotations/2.xml": xml(name="2.png"),
        "ImageSets/Main/train.txt": b"1\n3\n",
    }
    _, problems = read(files)
    assert sorted(said.split(". Put")[0] for said in problems) == [
        "Annotations/2.xml: There is no picture 2.*",
        "ImageSets/Main/train.txt:2: There is no picture 3",
    ]


def test_two_pictures_that_differ_in_the_suffix_alone_cannot_be_written() -> None:
    samples = [ImageSample(name, "0", WIDTH, HEIGHT) for name in ("a.jpg", "a.png")]
    writing = Writing("detection", (), samples, lambda _: pixels(1))
    with pytest.raises(InvalidInput, match=r"a\.jpg and a\.png differ"):
        VOC.write(writing, MemoryTree())


def test_a_class_called_background_and_one_with_colons_come_back() -> None:
    labels = (Label("background"), Label("a:b:c"))
    things = tuple(Object(label.name, Box(1, 2, 3, 4)) for label in labels)
    sample = ImageSample("a.png", "0", WIDTH, HEIGHT, objects=things)
    tree = MemoryTree()
    VOC.write(Writing("detection", labels, [sample], lambda _: pixels(1)), tree)
    reading = VOC.read(tree, None, Problems())
    assert reading.labels == labels
    assert next(reading.samples).objects == things


@pytest.mark.parametrize("name", ["#1", "a/b", " a", "a\nb", "\x01"])
def test_a_class_that_would_not_come_back_is_refused(name: str) -> None:
    sample = ImageSample("a.png", "0", WIDTH, HEIGHT, labels=(name,))
    writing = Writing("classification", (Label(name),), [sample], lambda _: pixels(1))
    with pytest.raises(InvalidInput, match="cannot be written in format voc"):
        VOC.write(writing, MemoryTree())


def test_the_insulators_are_read_whole() -> None:
    folder = shared("insulators")
    files = [path for path in folder.rglob("*") if path.is_file()]
    tree = MemoryTree({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})
    assert recognise(tree, "image").name == "voc"
    problems = Problems()
    samples = list(VOC.read(tree, None, problems).samples)
    assert (len(samples), list(problems)) == (360, [])
    assert {thing.label for sample in samples for thing in sample.objects} == {
        "defect",
        "insulator",
    }
    (found,) = [sample for sample in samples if sample.sample_id == "defective/207.jpg"]
    assert [thing.box for thing in found.objects] == [
        Box(96, 184, 292, 123),
        Box(131, 274, 27, 22),
    ]
