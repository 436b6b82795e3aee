"""What a profile says of tables, pictures and texts, against what is known of them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from plugins.datasets import Notebook, Workbench
from plugins.picture_folders import Gallery, lay_out, two_classes
from plugins.text_sets import Library

from aileron.core.errors import InvalidInput
from aileron.data.quality.facts.near import near_groups
from aileron.data.quality.facts.pixels import measure
from aileron.data.quality.profile import Profile, read_profile
from aileron.data.quality.profiling import profile
from aileron.data.quality.step import ProfileConfig, ProfileDataset

PEOPLE = "age,city,note,joined,label\n" + "".join(
    f"{'' if i % 10 == 0 else i},{'北京' if i % 3 else '上海'},note {i},2024-01-{i % 28 + 1:02},"
    f"{'yes' if i % 20 == 1 else 'no'}\n"
    for i in range(40)
)
PEOPLE_CONFIG = {
    "name": "people", "target": "label", "task": "classification",
    "columns": {"note": {"type": "text"}, "joined": {"type": "date"}},
}  # fmt: skip


def ids(found: Profile) -> set[str]:
    return {finding.id for finding in found.findings}


def photograph(seed: int, blur: float = 0, size: tuple[int, int] = (96, 72)) -> bytes:
    """Some shapes, other ones for each seed."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", size, (90, 120, 150))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = rng.integers(0, size[0] - 20), rng.integers(0, size[1] - 20)
        colour = tuple(int(value) for value in rng.integers(0, 255, 3))
        draw.rectangle((x, y, x + rng.integers(8, 40), y + rng.integers(8, 40)), fill=colour)
    image = image.filter(ImageFilter.GaussianBlur(blur)) if blur else image
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_a_table_has_a_profile_per_column(workbench: Workbench) -> None:
    found = profile(workbench.ingest(PEOPLE, PEOPLE_CONFIG))
    age, city, note, joined = (found.column(n) for n in ("age", "city", "note", "joined"))
    assert age is not None
    assert city is not None
    assert note is not None
    assert joined is not None
    values = [i for i in range(40) if i % 10]
    assert (age.type, age.role, age.count, age.missing) == ("number", "feature", 36, 4)
    assert (age.min, age.max, age.distinct) == (1, 39, 36)
    assert age.mean == pytest.approx(np.mean(values))
    assert age.std == pytest.approx(np.std(values, ddof=1))
    assert age.quantiles is not None
    assert age.quantiles["0.5"] == pytest.approx(np.median(values))
    assert age.histogram is not None
    assert age.histogram.counts == tuple(np.histogram(values, bins=20)[0])
    assert [(one.value, one.count) for one in city.top] == [("北京", 26), ("上海", 14)]
    assert (note.type, note.min, note.max, note.top) == ("text", 6, 7, ())
    assert (joined.type, joined.min, joined.max) == ("date", "2024-01-01", "2024-01-28")
    assert {one.label: one.samples for one in found.classes} == {"no": 38, "yes": 2}
    assert {"imbalance", "rare_classes", "id_columns"} <= ids(found)


def test_repeated_rows_and_constant_columns_are_found(workbench: Workbench) -> None:
    rows = "x,y,label\n" + "1,5,a\n" * 3 + "".join(f"{i},5,{'ab'[i % 2]}\n" for i in range(2, 12))
    config = {"name": "rows", "target": "label", "task": "classification"}
    found = profile(workbench.ingest(rows, config))
    assert found.repeats is not None
    assert (found.repeats.groups, found.repeats.samples) == (1, 3)
    assert found.repeats.examples == (("r00000001", "r00000002", "r00000003"),)
    assert {"repeats", "constant_columns"} <= ids(found)


def test_pictures_that_are_dark_blurred_equal_and_alike_are_found(gallery: Gallery) -> None:
    pictures = {f"a/{i}.png": photograph(i) for i in range(6)}
    black, other = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (96, 72)).save(black, "PNG")
    Image.open(io.BytesIO(photograph(3))).resize((80, 60)).convert("RGB").save(other, "JPEG")
    pictures |= {"b/black.png": black.getvalue(), "b/blur.png": photograph(9, blur=6)}
    pictures |= {"b/equal.png": photograph(1), "b/alike.jpg": other.getvalue()}
    found = profile(gallery.ingest_files(pictures).folder)
    worst = {one.title["en"]: [s.sample_id for s in one.samples] for one in found.worst}
    assert worst["Darkest"] == ["b/black.png"]
    assert worst["Most blurred"][:2] == ["b/black.png", "b/blur.png"]
    assert found.repeats is not None
    assert found.repeats.examples == (("a/1.png", "b/equal.png"),)
    assert found.near_repeats is not None
    assert found.near_repeats.examples == (("a/3.png", "b/alike.jpg"),)
    assert {"dark_pictures", "flat_pictures", "blurred_pictures", "near_repeats"} <= ids(found)


def test_boxes_outside_of_the_picture_are_a_problem(gallery: Gallery, tmp_path: Path) -> None:
    from aileron.data.quality.connection import connect
    from aileron.data.quality.facts import open_facts

    folder = gallery.ingest_files(two_classes()).folder
    spoil_boxes(folder)
    from aileron.data.card import read_card

    with connect(tmp_path) as connection:
        wanted = ["boxes_outside", "boxes_empty", "smallest_box_side", "largest_box_share"]
        open_facts(connection, folder, read_card(folder), tmp_path, wanted=wanted)
        rows = connection.execute("SELECT * FROM facts ORDER BY 1").fetchall()
    assert rows[0][1:] == (1, 1, 0.0, 0.5)
    assert rows[1][1:] == (0, 0, None, None)


def spoil_boxes(folder: Path) -> None:
    """Draw on the first picture (12 x 9) what no import would take."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from aileron.data.images.layout import samples_schema

    path = folder / "samples.parquet"
    rows = pq.read_table(path).to_pylist()
    thing = {"label": "cat", "polygons": [], "mask": None, "points": [], "crowd": False}
    inside = {"x": 0.0, "y": 0.0, "width": 6.0, "height": 9.0}
    outside = {"x": 8.0, "y": 0.0, "width": 6.0, "height": 3.0}
    empty = {"x": 1.0, "y": 1.0, "width": 0.0, "height": 3.0}
    boxes = (inside, outside, empty)
    rows[0]["objects"] = [{**thing, "box": box, "attributes": None} for box in boxes]
    pq.write_table(pa.Table.from_pylist(rows, samples_schema()), path)


def test_above_the_limit_a_sample_of_the_media_is_looked_at(gallery: Gallery) -> None:
    folder = gallery.ingest_files(
        {f"{'ab'[i % 2]}/{i}.png": photograph(i) for i in range(9)}
    ).folder
    found = profile(folder, most_media=4)
    assert found.sampling is not None
    assert (found.sampling.looked_at, found.sampling.of) == (4, 9)
    brightness = found.column("brightness")
    assert brightness is not None
    assert (brightness.count, brightness.missing) == (4, 5)
    assert "sampled" in ids(found)
    assert found == profile(folder, most_media=4)


def test_texts_have_lengths_scripts_and_contradictions(library: Library) -> None:
    rows = (
        "id,text,label\n1,很好的房间,good\n2,很好的房间,bad\n3,good \x07room,good\n4,Хорошо,good\n"
    )
    found = profile(library.ingest_file("reviews.csv", rows).folder)
    script, odd = found.column("script"), found.column("odd_characters")
    assert script is not None
    assert {one.value: one.count for one in script.top} == {"han": 2, "latin": 1, "cyrillic": 1}
    assert odd is not None
    assert odd.max == 1
    assert {"conflicting_labels", "odd_characters", "several_scripts", "repeats"} <= ids(found)
    longest = next(one for one in found.worst if one.title["en"] == "Longest")
    assert longest.samples[0].text == "good \x07room"


def test_groups_that_are_in_two_parts_are_a_problem(library: Library) -> None:
    rows = "id,text,label,split\n1,same,a,train\n2,same,a,test\n3,other,b,train\n4,more,b,test\n"
    found = profile(library.ingest_file("reviews.csv", rows).folder)
    assert found.repeats is not None
    assert found.repeats.across_parts == 1
    assert [(part.part, part.samples) for part in found.parts] == [("test", 2), ("train", 2)]
    assert found.findings[0].id == "repeats_across_parts"
    assert found.findings[0].severity == "problem"


def test_every_finding_is_said_in_both_languages(library: Library) -> None:
    rows = "id,text,label\n1,同样,a\n2,同样,b\n"
    for finding in profile(library.ingest_file("r.csv", rows).folder).findings:
        assert set(finding.sentence) == {"en", "zh"}
        assert any("\u4e00" <= character <= "\u9fff" for character in finding.sentence["zh"])


def test_the_step_writes_a_profile_and_a_page_that_needs_nothing(gallery: Gallery) -> None:
    files = {"a/<script>.png": photograph(1), "b/x.png": photograph(2)}
    folder = gallery.ingest(lay_out(gallery.new() / "pets", files)).folder
    context = Notebook(gallery.new())
    report = ProfileDataset().run(context, ProfileConfig(), {"dataset": folder})["report"]
    assert read_profile(report) == profile(folder)
    page = (report / "report.html").read_text()
    assert "<script" not in page
    assert not any(word in page for word in ("http:", "https:", "@import", "url("))
    assert page.count("data:image/jpeg;base64,") >= 4
    assert page.count('lang="zh"') == page.count('lang="en"') - 1


def test_what_is_no_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="card"):
        profile(tmp_path)


def test_hashes_that_differ_in_few_bits_are_one_group() -> None:
    rng = np.random.default_rng(0)
    along = rng.integers(0, 2**63, 400, dtype=np.uint64)
    across = rng.integers(0, 2**63, 400, dtype=np.uint64)
    along[7] = along[3] ^ np.uint64(0b10110)
    across[7] = across[3] ^ np.uint64(0b111)
    along[9], across[9] = along[3] ^ np.uint64(0b1111111), across[3]
    assert near_groups(along, across) == [[3, 7]]


def test_sharpness_falls_with_blur_and_brightness_does_not() -> None:
    sharp, soft = measure("a", photograph(5)), measure("b", photograph(5, blur=3))
    assert soft.sharpness < sharp.sharpness / 4
    assert soft.brightness == pytest.approx(sharp.brightness, abs=3)


def test_sixteen_bits_of_grey_are_measured_in_eight() -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((20, 30), 32768, dtype=np.uint16)).save(out, "PNG")
    assert measure("a", out.getvalue()).brightness == pytest.approx(127, abs=1)
