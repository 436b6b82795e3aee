"""CVAT's XML as CVAT exports it, and what is wrong with some of it."""

from __future__ import annotations

import pytest
from plugins.annotated import HEIGHT, WIDTH, MemoryTree, pixels
from plugins.said_of_pictures import everything, put
from plugins.spoiling import read_all

from aileron.core.errors import InvalidInput
from aileron.data.formats import Problems, find_format
from aileron.data.formats.images.geometry import decode_mask
from aileron.data.formats.records import Box, KeyPoint, Label

CVAT = find_format("cvat", "image")
HEAD = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <name>birds</name>
      <labels>
        <label><name>cat</name><color>#fa3253</color><type>any</type>
          <attributes>
            <attribute><name>age</name><mutable>False</mutable><input_type>number</input_type>
              <default_value>1</default_value><values>1&#10;20&#10;1</values></attribute>
            <attribute><name>old</name><input_type>checkbox</input_type></attribute>
            <attribute><name>pose</name><input_type>select</input_type></attribute>
          </attributes>
        </label>
        <label><name>person</name><type>skeleton</type><attributes></attributes>
          <svg>&lt;line x1="1" y1="1" x2="2" y2="2" stroke="black" data-type="edge" \
data-node-from="1" stroke-width="0.5" data-node-to="2"&gt;&lt;/line&gt;</svg></label>
        <label><name>nose</name><type>points</type><attributes/><parent>person</parent></label>
        <label><name>left</name><type>points</type><attributes/><parent>person</parent></label>
      </labels>
    </task>
    <dumped>2024-01-01</dumped>
  </meta>
"""
FIRST_LINE = HEAD.count("\n") + 1


IMAGE = f'id="0" name="cat.png" width="{WIDTH}" height="{HEIGHT}"'


def tree(*shapes: str, image: str = IMAGE) -> MemoryTree:
    content = f"{HEAD}<image {image}>\n{''.join(shapes)}\n</image></annotations>"
    return MemoryTree({"annotations.xml": content.encode(), "images/cat.png": pixels(1)})


BOX = '<box label="cat" source="manual" occluded="0" xtl="1" ytl="2" xbr="11" ybr="7" z_order="0">'


def test_a_box_has_attributes_of_the_kinds_of_its_label() -> None:
    said = {"age": "3", "old": "false", "pose": "left"}
    inside = "".join(f'<attribute name="{key}">{text}</attribute>' for key, text in said.items())
    samples, problems = read_all(CVAT, tree(BOX, inside, "</box>"))
    assert not problems
    (cat,) = samples[0].objects
    assert cat.box == Box(1, 2, 10, 5)
    assert cat.attributes == {"age": 3, "old": False, "pose": "left"}


def test_a_mask_is_read_along_the_rows_of_its_box() -> None:
    mask = '<mask label="cat" rle="1, 2, 2, 1" left="4" top="3" width="3" height="2"></mask>'
    samples, _ = read_all(CVAT, tree(mask))
    found = decode_mask(samples[0].objects[0].mask, HEIGHT, WIDTH)
    assert found[3:5, 4:7].tolist() == [[False, True, True], [False, False, True]]
    assert found.sum() == 3


def test_a_skeleton_has_its_points_in_the_order_of_its_label() -> None:
    skeleton = """<skeleton label="person" z_order="0">
      <points label="left" outside="0" occluded="1" points="9.00,7.50"></points>
      <points label="nose" outside="0" occluded="0" points="5.00,5.00"></points>
    </skeleton>"""
    reading = CVAT.read(tree(skeleton), None, Problems())
    assert reading.task == "key_points"
    assert reading.labels == (Label("cat"), Label("person", ("nose", "left"), ((0, 1),)))
    person = next(reading.samples).objects[0]
    assert person.points == (KeyPoint(5, 5), KeyPoint(9, 7.5, 1))


def test_a_turned_box_is_a_polygon() -> None:
    turned = BOX.replace(">", ' rotation="90"></box>')
    samples, _ = read_all(CVAT, tree(turned))
    assert samples[0].objects[0].box == pytest.approx((3.5, -0.5, 5, 10))


def test_an_ellipse_is_a_polygon() -> None:
    ellipse = '<ellipse label="cat" cx="20" cy="15" rx="8" ry="4" z_order="0"></ellipse>'
    samples, _ = read_all(CVAT, tree(ellipse))
    assert samples[0].objects[0].box == pytest.approx((12, 11, 16, 8), abs=0.5)


def test_tags_are_labels_and_subsets_are_parts() -> None:
    said = f'id="0" name="cat.png" subset="Validation" width="{WIDTH}" height="{HEIGHT}"'
    samples, _ = read_all(CVAT, tree('<tag label="cat" source="manual"></tag>', image=said))
    assert samples[0].labels == ("cat",)
    assert samples[0].split == "validation"


def test_without_a_size_the_picture_is_asked() -> None:
    samples, _ = read_all(CVAT, tree(BOX, "</box>", image='id="0" name="cat.png"'))
    assert (samples[0].width, samples[0].height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (BOX.replace('"11"', '"99"') + "</box>", "outside the picture"),
        (BOX.replace('"11"', '"nan"') + "</box>", "not a number"),
        (BOX.replace('"cat"', '"bird"') + "</box>", "no class bird"),
        (BOX.replace(' xbr="11"', "") + "</box>", "no field box xbr"),
        ('<polyline label="cat" points="1,1;2,2"/>', "polyline"),
        ('<polygon label="cat" points="1,1;2"/>', "1,1;2"),
        ('<mask label="cat" rle="1, 2" left="0" top="0" width="2" height="2"/>', "run lengths"),
        ('<mask label="cat" rle="4" left="39" top="0" width="2" height="2"/>', "run lengths"),
        ('<mask label="cat" rle="1" left="0" top="0" width="99999" height="99999"/>', "the most"),
    ],
)
def test_a_wrong_shape_leaves_its_picture_out_and_names_the_line(shape: str, said: str) -> None:
    samples, problems = read_all(CVAT, tree(shape))
    assert samples == []
    (problem,) = problems
    assert problem.where == f"annotations.xml:{FIRST_LINE}"
    assert said in problem.reason.render("en")


def test_tracks_of_videos_are_named() -> None:
    source = tree()
    content = source.files["annotations.xml"].replace(
        b"</annotations>", b'<track id="0"/></annotations>'
    )
    _, problems = read_all(CVAT, MemoryTree({**source.files, "annotations.xml": content}))
    assert "track" in str(next(iter(problems)))


def test_what_is_no_xml_is_refused_with_its_line() -> None:
    source = MemoryTree({"annotations.xml": b"<annotations>\n<image <"})
    with pytest.raises(InvalidInput, match=r"annotations\.xml:2"):
        CVAT.read(source, None, Problems())


def test_all_comes_back() -> None:
    made = everything()
    reading = CVAT.read(put(CVAT, made), None, Problems())
    assert reading.labels[2] == Label("person", ("nose", "left", "right"), ((0, 1), (0, 2)))
    samples = list(reading.samples)
    assert [sample.objects for sample in samples] == [sample.objects for sample in made]
    assert [sample.labels for sample in samples] == [sample.labels for sample in made]
