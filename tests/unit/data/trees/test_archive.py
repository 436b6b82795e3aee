"""Archives: what is read of them, and what is refused before it can do harm."""

from __future__ import annotations

import errno
import io
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from plugins.picture_folders import Gallery, lay_out, picture, tarred, two_classes, zipped

from aileron.core.errors import InvalidInput
from aileron.data.trees import archive as archives
from aileron.data.trees.archive import open_archive
from aileron.data.trees.folder import write_tar


def refused(gallery: Gallery, path: Path) -> str:
    with pytest.raises(InvalidInput) as error:
        gallery.ingest(path)
    return error.value.render("en")


def test_folder_zip_and_tar_give_the_same_dataset(gallery: Gallery, tmp_path: Path) -> None:
    files = two_classes()
    around = {f"pets/{name}": content for name, content in files.items()}
    places = [
        lay_out(tmp_path / "pets", files),
        zipped(tmp_path / "a.zip", files),
        zipped(tmp_path / "b.zip", around, zipfile.ZIP_STORED),
        tarred(tmp_path / "a.tar", files),
        tarred(tmp_path / "a.tar.gz", around, "w:gz"),
        tarred(tmp_path / "a.tar.xz", files, "w:xz"),
        tarred(tmp_path / "a.tar.bz2", files, "w:bz2"),
    ]
    imported = [gallery.ingest(place) for place in places]
    assert len({one.card.digest for one in imported}) == 1
    assert all(one.contents == files for one in imported)


def test_the_tar_of_a_folder_depends_on_its_contents_alone(tmp_path: Path) -> None:
    tars = []
    for name, order in (("a", 1), ("b", -1)):
        folder = lay_out(tmp_path / name, dict(list(two_classes().items())[::order]))
        lay_out(folder, {".DS_Store": name.encode(), "notes.txt": b"x"})
        out = io.BytesIO()
        write_tar(folder, out)
        tars.append(out.getvalue())
    assert tars[0] == tars[1]


@pytest.mark.parametrize("name", ["../../evil.png", "/tmp/evil.png", "C:\\evil.png", "..\\e.png"])
def test_a_member_that_would_leave_its_folder_refuses_the_archive(
    gallery: Gallery, tmp_path: Path, name: str
) -> None:
    files = two_classes() | {name: picture()}
    for place in (zipped(tmp_path / "evil.zip", files), tarred(tmp_path / "evil.tar", files)):
        sentence = refused(gallery, place)
        assert "would leave its folder" in sentence
        assert "Nothing was read" in sentence


def test_links_are_never_followed(gallery: Gallery, tmp_path: Path) -> None:
    secret = lay_out(tmp_path / "secret", {"1.png": picture(77)})
    folder = lay_out(tmp_path / "pets", two_classes(30))
    (folder / "cat" / "link.png").symlink_to(secret / "1.png")
    (folder / "bird").symlink_to(secret)
    (folder / "gone.txt").symlink_to("nowhere")
    imported = gallery.ingest(folder)
    assert set(imported.reasons) == {"cat/link.png", "bird"}
    assert "links are not followed" in imported.reasons["cat/link.png"]
    assert picture(77) not in imported.contents.values()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_pipes_in_a_tar_are_left_out(
    gallery: Gallery, tmp_path: Path, kind: bytes
) -> None:
    path = tarred(tmp_path / "a.tar", two_classes(30))
    with tarfile.open(path, "a") as file:
        info = tarfile.TarInfo("cat/link.png")
        info.type, info.linkname = kind, "../../etc/passwd"
        file.addfile(info)
    assert set(gallery.ingest(path).reasons) == {"cat/link.png"}


def test_links_in_a_zip_are_left_out(gallery: Gallery, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", two_classes(30))
    with zipfile.ZipFile(path, "a") as file:
        info = zipfile.ZipInfo("cat/link.png")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        file.writestr(info, "/etc/passwd")
    assert set(gallery.ingest(path).reasons) == {"cat/link.png"}


def test_a_zip_bomb_is_not_unpacked(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "FREE_BYTES", 1 << 20)
    bomb = bytes(4 << 20)
    for place in (
        zipped(tmp_path / "bomb.zip", two_classes() | {"cat/bomb.bmp": bomb}),
        tarred(tmp_path / "bomb.tar.gz", two_classes() | {"cat/bomb.bmp": bomb}, "w:gz"),
    ):
        assert "no pictures pack like that" in refused(gallery, place)


def test_a_member_that_lies_about_its_size_is_read_no_further(tmp_path: Path) -> None:
    path = zipped(tmp_path / "liar.zip", {"cat/1.png": bytes(1 << 20)})
    content = path.read_bytes()
    small = (1000).to_bytes(4, "little")
    path.write_bytes(content.replace((1 << 20).to_bytes(4, "little"), small))
    with pytest.raises(InvalidInput, match="cannot be read here"):
        open_archive(path, tmp_path).read("cat/1.png")


def test_too_many_members(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 5)
    for place in (
        zipped(tmp_path / "a.zip", two_classes()),
        tarred(tmp_path / "a.tar", two_classes()),
    ):
        assert "more than 5 entries" in refused(gallery, place)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.zip", lambda path: zipped(path, two_classes(40))),
        ("a.tar", lambda path: tarred(path, two_classes(40))),
        ("a.tar.gz", lambda path: tarred(path, two_classes(40), "w:gz")),
    ],
)
def test_an_archive_that_was_cut_off(
    gallery: Gallery, tmp_path: Path, name: str, make: Any
) -> None:
    path = make(tmp_path / name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 - 700])
    assert "cannot be read here" in refused(gallery, path)


@pytest.mark.parametrize("content", [b"", b"PK", b"7z\xbc\xaf\x27\x1c and more", picture()])
def test_other_files_are_no_archive(gallery: Gallery, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    assert "This is no zip, tar or rar archive" in refused(gallery, path)


def test_a_zip_whose_list_points_beyond_its_end_says_which_file_is_lost(
    gallery: Gallery, tmp_path: Path
) -> None:
    path = zipped(tmp_path / "pets.zip", two_classes(30))
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 42 : entry + 46] = (len(content) + 100).to_bytes(4, "little")
    path.write_bytes(content)
    imported = gallery.ingest(path)
    assert len(imported.reasons) == 1
    assert len(imported.contents) == 59


def test_a_fault_of_the_disk_is_not_blamed_on_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "pets.zip", two_classes())

    def fails(*_: Any) -> Any:
        raise OSError(errno.EIO, "Input/output error")

    archive = open_archive(path, tmp_path)
    monkeypatch.setattr(zipfile.ZipFile, "open", fails)
    with pytest.raises(OSError, match="Input/output error"):
        archive.read(archive.members[0].path)


def test_a_locked_zip_says_so(gallery: Gallery, tmp_path: Path) -> None:
    path = zipped(tmp_path / "locked.zip", two_classes())
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := content.find(mark, start)) >= 0:
            content[start + place] |= 1
            start += 4
    path.write_bytes(bytes(content))
    assert "encrypted" in refused(gallery, path)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_names_in_a_zip_of_windows(gallery: Gallery, tmp_path: Path, encoding: str) -> None:
    """Such archives hold the bytes of the system's encoding and no flag that says which."""
    names = {"猫/一.png": picture(1), "狗/二.png": picture(2)}
    path = _zip_with_raw_names(tmp_path / "宠物.zip", names, encoding)
    archive = open_archive(path, tmp_path)
    assert {member.path for member in archive.members} == set(names)
    assert archive.read("猫/一.png") == names["猫/一.png"]
    assert set(gallery.ingest(path).card.classes) == {"猫", "狗"}


def _zip_with_raw_names(path: Path, names: dict[str, bytes], encoding: str) -> Path:
    """A zip whose names are bytes of `encoding`, without the flag of UTF-8: written by hand."""
    body, index = b"", b""
    for name, content in names.items():
        raw, packed = name.encode(encoding), content
        crc = zlib.crc32(content)
        sizes = len(packed).to_bytes(4, "little") + len(content).to_bytes(4, "little")
        common = b"\x14\0\0\0\0\0\0\0\x21\0" + crc.to_bytes(4, "little") + sizes
        common += len(raw).to_bytes(2, "little") + b"\0\0"
        index += b"PK\x01\x02\x14\0" + common + bytes(10)
        index += len(body).to_bytes(4, "little") + raw
        body += b"PK\x03\x04" + common + raw + packed
    count = len(names).to_bytes(2, "little")
    tail = b"PK\x05\x06\0\0\0\0" + count + count + len(index).to_bytes(4, "little")
    path.write_bytes(body + index + tail + len(body).to_bytes(4, "little") + b"\0\0")
    return path


def test_chinese_names_in_a_tar_of_an_old_system(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, encoding="gbk") as file:
        for name in ("猫/一.png", "狗/二.png"):  # the first is by chance UTF-8, too
            info = tarfile.TarInfo(name)
            info.size = 1
            file.addfile(info, io.BytesIO(b"x"))
    members = open_archive(path, tmp_path).members
    assert [member.path for member in members] == ["猫/一.png", "狗/二.png"]
