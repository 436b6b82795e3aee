"""Import: what pictures become, that they become the same each time, and what is left out."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from plugins.picture_folders import Gallery, claimed_png, lay_out, picture, two_classes

from aileron.core.digest import digest_bytes, digest_file
from aileron.core.errors import InvalidInput
from aileron.data import read_card, read_table_card, refusals
from aileron.data.export import export
from aileron.data.formats import find_format
from aileron.data.images import ImageDataset, reading
from aileron.data.images.checking import read_member
from aileron.data.media import MEDIA_FOLDER
from aileron.data.trees.archive import Archive, Member
from aileron.data.version_files import verify_dataset


def files_of(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): digest_file(path) for path in files}


def refusal(gallery: Gallery, files: dict[str, bytes], **config: object) -> str:
    with pytest.raises(InvalidInput) as error:
        gallery.ingest_files(files, **config)
    return error.value.render("en")


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def test_a_folder_per_class_becomes_a_dataset(gallery: Gallery) -> None:
    files = two_classes()
    imported = gallery.ingest_files(files, licence="CC0", owner="us", display_name="Pets")
    assert sorted(files_of(imported.folder)) == [
        "card.json",
        *(f"media/{path.name}" for path in (imported.folder / MEDIA_FOLDER).iterdir()),
        "samples.parquet",
    ]
    card = imported.card
    assert (card.modality, card.task, card.label_type) == ("image", "classification", "single")
    assert (card.classes, card.class_counts) == (("cat", "dog"), {"cat": 3, "dog": 3})
    assert (card.counts.rows, card.counts.pictures, card.counts.refused) == (6, 6, 0)
    assert card.counts.bytes == sum(map(len, files.values()))
    assert (card.licence, card.owner, card.display_name) == ("CC0", "us", "Pets")
    assert card.part_counts is None
    assert imported.contents == files
    assert imported.labels["dog/1.png"] == ("dog",)
    verify_dataset(imported.folder, card.digest)


def test_the_same_folder_gives_the_same_bytes(gallery: Gallery) -> None:
    one, other = gallery.ingest_files(two_classes()), gallery.ingest_files(two_classes())
    assert files_of(one.folder) == files_of(other.folder)


def test_the_card_of_pictures_is_no_card_of_a_table(gallery: Gallery) -> None:
    folder = gallery.ingest_files(two_classes()).folder
    assert read_card(folder).name == "pets"
    with pytest.raises(InvalidInput, match="a table is wanted"):
        read_table_card(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"cat/1.png": picture(99)},
        {"cat/new.png": picture(98)},
        {"bird/1.png": picture(97), "bird/2.png": picture(96)},
    ],
)
def test_any_change_of_content_changes_the_digest(
    gallery: Gallery, change: dict[str, bytes]
) -> None:
    files = two_classes()
    changed = gallery.ingest_files(files | change).card.digest
    assert changed != gallery.ingest_files(files).card.digest


def test_the_digest_of_known_pictures_never_changes(gallery: Gallery) -> None:
    """A change here makes every dataset in the world a new version: it needs a format version."""
    pictures = {"cat/1.png": claimed_like(b"cat"), "dog/1.png": claimed_like(b"dog")}
    digest = gallery.ingest_files(pictures).card.digest
    assert digest == "bb8b83193a021d7f321ea7727aee700461a14d68e9d0a4283b6b8b436035057e"


def claimed_like(seed: bytes) -> bytes:
    """A whole PNG of 1 x 1, written by hand so that its bytes follow from `seed` alone."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"tEXt", b"seed\0" + seed),
        (b"IDAT", zlib.compress(b"\0\x80", 0)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def test_relabelling_leaves_media_untouched(gallery: Gallery) -> None:
    files = two_classes()
    moved = {name.replace("cat/1", "dog/was_cat"): data for name, data in files.items()}
    one, other = gallery.ingest_files(files), gallery.ingest_files(moved)
    assert one.card.digest != other.card.digest
    assert files_of(one.folder / MEDIA_FOLDER) == files_of(other.folder / MEDIA_FOLDER)


def test_a_picture_that_changes_while_it_is_imported_is_noticed(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str] = set()

    def twice(archive: Archive, member: Member) -> Any:
        read = read_member(archive, member)
        changed = member.path in seen
        seen.add(member.path)
        return b"other" if changed else read

    monkeypatch.setattr(reading, "read_member", twice)
    with pytest.raises(InvalidInput, match="changed while it was imported"):
        gallery.ingest_files(two_classes())


def test_parts_of_the_source_are_kept(gallery: Gallery) -> None:
    files = {
        f"{part}/{label}/{i}.png": picture(10 * p + 3 * c + i)
        for p, part in enumerate(("train", "val", "test"))
        for c, label in enumerate(("cat", "dog"))
        for i in range(3)
    }
    imported = gallery.ingest_files(files)
    assert imported.card.classes == ("cat", "dog")
    assert imported.card.part_counts == {"test": 6, "train": 6, "validation": 6}


def test_chinese_names_and_classes(gallery: Gallery) -> None:
    imported = gallery.ingest_files({"正常/一.png": picture(1), "缺陷/二.png": picture(2)})
    assert imported.labels == {"正常/一.png": ("正常",), "缺陷/二.png": ("缺陷",)}


def test_the_order_of_classes_can_be_given(gallery: Gallery) -> None:
    assert gallery.ingest_files(two_classes(), classes=["dog", "cat"]).card.classes == (
        "dog",
        "cat",
    )


def test_numbers_are_ordered_by_value(gallery: Gallery) -> None:
    files = {f"{label}/1.png": picture(label) for label in (10, 9, 2)}
    assert gallery.ingest_files(files).card.classes == ("2", "9", "10")


def test_a_table_gives_several_labels(gallery: Gallery) -> None:
    table = "file,labels,split\na.png,cat;black,train\nsub/b.png,,test\nc.png,dog,\n"
    files = {"a.png": picture(1), "sub/b.png": picture(2), "c.png": picture(3)}
    imported = gallery.ingest_files(files | {"labels.csv": table.encode()}, label_type="multi")
    assert imported.labels == {"a.png": ("cat", "black"), "c.png": ("dog",), "sub/b.png": ()}
    assert imported.card.classes == ("black", "cat", "dog")
    assert imported.card.part_counts == {"test": 1, "train": 1}


def test_a_table_may_give_one_label_too(gallery: Gallery) -> None:
    files = {"x/a.png": picture(1), "x/b.png": picture(2)}
    table = b"file,labels\nx/a.png,cat\nx/b.png,dog\n"
    assert gallery.ingest_files(files | {"labels.csv": table}).card.classes == ("cat", "dog")


def test_several_labels_need_a_table(gallery: Gallery) -> None:
    assert "labels.csv" in refusal(gallery, two_classes(), label_type="multi")


def test_a_table_and_its_pictures_must_agree(gallery: Gallery) -> None:
    table = {"labels.csv": b"file,labels\na.png,cat\nb.png,dog\n"}
    missing = refusal(gallery, table | {"a.png": picture(1)})
    assert "labels.csv:3: There is no picture b.png" in missing
    more = {f"{i}.png": picture(i) for i in range(30)}
    rows = "".join(f"{name},{'cat' if i % 2 else 'dog'}\n" for i, name in enumerate(more))
    files = more | {"new.png": picture(31), "labels.csv": b"file,labels\n" + rows.encode()}
    imported = gallery.ingest_files(files)
    assert "labels.csv does not list it" in imported.reasons["new.png"]


# What is no picture.


def test_other_files_are_left_out_and_counted_in_an_archive(
    gallery: Gallery, tmp_path: Path
) -> None:
    from plugins.picture_folders import zipped

    other = {
        ".DS_Store": b"x",
        "cat/Thumbs.db": b"x",
        "__MACOSX/cat/._0.png": b"x",
        "readme.txt": b"x",
        "cat/0.xml": b"x",
    }
    imported = gallery.ingest(zipped(tmp_path / "pets.zip", two_classes() | other))
    assert imported.card.class_counts == {"cat": 3, "dog": 3}
    assert "5 files that are no pictures are left out" in imported.lines
    assert imported.reasons == {}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("cut.jpg", picture(1, (64, 64), "JPEG")[:-40], "ends too early"),
        ("cut.png", picture(1, (64, 64))[:-60], "ends too early"),
        ("text.jpg", b"no picture at all", "no picture"),
        ("empty.png", b"", "no bytes"),
        ("drawing.svg", b"<svg xmlns='x'/>", "SVG"),
        ("phone.heic", b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        ("huge.png", claimed_png(20_000, 20_000), "Make it smaller"),
        ("long.png", claimed_png(20_001, 1), "Make it smaller"),
    ],
)
def test_each_picture_that_cannot_be_used_is_named_with_its_reason(
    gallery: Gallery, name: str, content: bytes, reason: str
) -> None:
    imported = gallery.ingest_files(two_classes(30) | {f"cat/{name}": content})
    assert list(imported.reasons) == [f"cat/{name}"]
    assert reason in imported.reasons[f"cat/{name}"]
    assert imported.card.counts.refused == 1
    assert any(line.startswith(f"cat/{name} is left out:") for line in imported.lines)


def test_a_picture_of_20000_pixels_is_taken(gallery: Gallery) -> None:
    wide = saved(Image.new("1", (20_000, 20)), "PNG")
    imported = gallery.ingest_files(two_classes() | {"cat/wide.png": wide})
    assert imported.contents["cat/wide.png"] == wide


def test_a_picture_of_one_pixel_is_kept_and_spoken_of(gallery: Gallery) -> None:
    imported = gallery.ingest_files(two_classes() | {"cat/dot.png": picture(5, (1, 1))})
    assert "cat/dot.png" in imported.labels
    assert "1 pictures have a side below 8 pixels: cat/dot.png (1 x 1)" in imported.lines


def kinds() -> dict[str, bytes]:
    grey = Image.linear_gradient("L").resize((16, 12))
    colour = Image.merge("RGB", [grey, grey.rotate(90), grey.rotate(180)])
    turned = colour.getexif()
    turned[274] = 6
    frames = [colour.quantize(), colour.rotate(90).quantize()]
    return {
        "cmyk.jpg": saved(colour.convert("CMYK"), "JPEG"),
        "palette.png": saved(colour.quantize(), "PNG"),
        "deep.png": saved(grey.convert("I;16"), "PNG"),
        "deep.tif": saved(grey.convert("I;16"), "TIFF"),
        "alpha.png": saved(colour.convert("RGBA"), "PNG"),
        "moving.gif": saved(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "turned.jpg": saved(colour, "JPEG", exif=turned),
        "web.webp": saved(colour, "WEBP"),
        "plain.bmp": saved(colour, "BMP"),
        "two.bmp": saved(grey.convert("1"), "BMP"),
    }


def test_every_usual_kind_of_picture_is_taken(gallery: Gallery) -> None:
    import pyarrow.parquet as pq

    files = two_classes() | {f"cat/{name}": content for name, content in kinds().items()}
    imported = gallery.ingest_files(files)
    assert imported.reasons == {}
    assert imported.contents == files
    rows = pq.read_table(imported.folder / "samples.parquet").to_pylist()
    facts = {row["sample_id"]: (row["format"], row["mode"]) for row in rows}
    assert facts["cat/cmyk.jpg"] == ("JPEG", "CMYK")
    assert facts["cat/palette.png"] == ("PNG", "P")
    assert facts["cat/moving.gif"][0] == "GIF"
    sizes = {row["sample_id"]: (row["width"], row["height"]) for row in rows}
    assert sizes["cat/turned.jpg"] == (12, 16), "upright, as it is learnt from"


# What is refused as a whole.


def test_too_many_broken_pictures_fail(gallery: Gallery) -> None:
    files = two_classes(4) | {"cat/broken.png": b"broken"}
    sentence = refusal(gallery, files)
    assert "1 of 9 samples cannot be used" in sentence
    assert "cat/broken.png: This is no picture" in sentence
    assert gallery.ingest_files(files, max_refused=0.2).card.counts.rows == 8


def test_pictures_outside_the_class_folders_are_named(gallery: Gallery) -> None:
    imported = gallery.ingest_files(two_classes(30) | {"cover.png": picture(200)})
    assert "no class folder" in imported.reasons["cover.png"]


def test_no_pictures_one_class_and_too_many_classes(gallery: Gallery) -> None:
    assert "There is no picture in it" in refusal(gallery, {"notes/readme.txt": b"x"})
    only = {name: data for name, data in two_classes().items() if name.startswith("cat")}
    assert "All pictures are of one class: cat" in refusal(gallery, only)
    dot = picture()
    many = {f"{label}/1.png": dot for label in range(1001)}
    assert "There are 1001 classes, and at most 1000" in refusal(gallery, many)


def test_an_empty_class_folder_is_no_class(gallery: Gallery) -> None:
    folder = lay_out(gallery.new() / "pets", two_classes())
    (folder / "bird").mkdir()
    imported = gallery.ingest(folder)
    assert imported.card.classes == ("cat", "dog")
    assert "folder bird holds no picture and is no class" in imported.lines


def test_classes_that_are_said_must_be_there_and_no_others(gallery: Gallery) -> None:
    files = two_classes()
    unknown = refusal(gallery, files, classes=["cat", "dogs"])
    assert "dog/0.png: There is no class dog; the classes are cat, dogs" in unknown
    missing = refusal(gallery, files, classes=["cat", "dog", "bird"])
    assert "`classes` names bird, and no usable picture is of it" in missing


def test_the_same_picture_in_two_classes_is_said(gallery: Gallery) -> None:
    files = two_classes()
    files["dog/copy.png"] = files["cat/0.png"]
    files["cat/again.png"] = files["cat/1.png"]
    imported = gallery.ingest_files(files)
    said = [line for line in imported.lines if "two answers" in line]
    assert len(said) == 1
    assert "cat/0.png (cat) and dog/copy.png (dog)" in said[0]
    assert (imported.card.counts.rows, imported.card.counts.pictures) == (8, 6)
    assert imported.contents["cat/again.png"] == files["cat/1.png"]


def test_a_file_that_is_twice_in_an_archive_is_taken_once(gallery: Gallery, tmp_path: Path) -> None:
    import zipfile

    from plugins.picture_folders import zipped

    path = zipped(tmp_path / "pets.zip", two_classes(30))
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("cat/0.png", picture(250))
    imported = gallery.ingest(path)
    assert imported.contents["cat/0.png"] == picture(0)
    assert "twice" in imported.reasons["cat/0.png"]


def test_of_many_refused_files_some_are_named(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "NAMED", 2)
    broken = {f"cat/broken{i}.png": b"x" for i in range(4)}
    imported = gallery.ingest_files(two_classes() | broken, max_refused=0.5)
    assert imported.card.counts.refused == 4
    assert list(imported.reasons) == ["cat/broken0.png", "cat/broken1.png"]
    assert "2 more are left out" in imported.lines


def test_a_dataset_read_without_a_split_has_no_parts(gallery: Gallery) -> None:
    dataset = ImageDataset.read(gallery.ingest_files(two_classes()).folder)
    assert dataset.parts == ()
    with pytest.raises(ValueError, match="without a split"):
        dataset.part("train")
    every = dataset.all()
    assert len(every) == 6
    assert [digest_bytes(every.picture(i)) for i in range(6)] == list(every.content_digests)


def test_a_later_picture_replaces_an_equal_one_on_demand(gallery: Gallery) -> None:
    files = two_classes()
    files["dog/again.png"] = files["cat/0.png"]
    assert gallery.ingest_files(files).card.counts.rows == 7
    imported = gallery.ingest_files(files, repeats="drop")
    assert imported.card.class_counts == {"cat": 2, "dog": 4}
    assert "cat/0.png" not in imported.labels
    assert imported.labels["dog/again.png"] == ("dog",)


def test_one_parquet_of_pictures_is_a_source(gallery: Gallery, tmp_path: Path) -> None:
    first = gallery.ingest_files(two_classes())
    export(first.folder, tmp_path / "out", find_format("huggingface_images", "image"))
    (file,) = (tmp_path / "out").rglob("*.parquet")
    again = gallery.ingest(file, format="huggingface_images")
    assert again.card.class_counts == first.card.class_counts
    assert again.contents.keys() == first.contents.keys()
