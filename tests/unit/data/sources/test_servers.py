"""Folders and files of FTP, WebHDFS and S3 servers, and of the server itself."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugins.allowed import allowed
from plugins.far_servers import Far, FarFtp

from aileron.core.errors import InvalidInput, NotFound, Refused, Unavailable
from aileron.data.sources import transfer
from aileron.data.sources.fetch import fetch
from aileron.data.sources.spec import RemoteSource

ROWS = random.Random(2).randbytes(300_000)
TREE = {"cat/a.png": b"a" * 10, "cat/b.png": b"b" * 20, "狗/c.png": b"c" * 30}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "PAUSE_SECONDS", 0.0)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


# FTP


@pytest.fixture
def from_ftp(far_ftp: FarFtp, tmp_path: Path) -> Callable[[str], dict[str, Path]]:
    server = {"kind": "ftp", "host": "127.0.0.1", "port": far_ftp.port, "user": "li"}
    environ = {"FTP_PASSWORD": "secret"}
    connections = allowed(
        tmp_path,
        environ,
        connections={"farm": {**server, "password": {"env": "FTP_PASSWORD"}}},
        limits={"silence_seconds": 0.5},
    )

    def get(path: str) -> dict[str, Path]:
        source = RemoteSource.model_validate({"ftp": {"connection": "farm", "path": path}})
        return fetch(source, connections, tmp_path / "home", print)

    return get


def test_a_file_by_ftp_goes_on_after_a_break(
    far_ftp: FarFtp, from_ftp: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (far_ftp.folder / "rows.csv").write_bytes(ROWS)
    far_ftp.cuts[:] = [60_000, 60_000]
    assert from_ftp("/rows.csv")["rows.csv"].read_bytes() == ROWS
    assert capsys.readouterr().out.count("going on") == 2
    assert far_ftp.cuts == []


def test_an_unchanged_file_by_ftp_is_kept(
    far_ftp: FarFtp, from_ftp: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (far_ftp.folder / "rows.csv").write_bytes(ROWS)
    from_ftp("/rows.csv")
    from_ftp("/rows.csv")
    assert capsys.readouterr().out.splitlines()[-1].endswith("unchanged")


def test_a_folder_by_ftp_is_the_same_after_files_came_and_went(
    far_ftp: FarFtp, from_ftp: Any
) -> None:
    for name, content in TREE.items():
        path = far_ftp.folder / "pets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert contents(from_ftp("/pets/")["pets.tar"]) == TREE
    (far_ftp.folder / "pets/cat/a.png").unlink()
    (far_ftp.folder / "pets/狗/d.png").write_bytes(b"d")
    wanted = {**TREE, "狗/d.png": b"d"}
    del wanted["cat/a.png"]
    assert contents(from_ftp("/pets/")["pets.tar"]) == wanted


def test_ftp_says_what_is_missing_and_who_may_not(
    far_ftp: FarFtp, from_ftp: Any, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match=r"/none\.csv: There is no such file"):
        from_ftp("/none.csv")
    server = {"kind": "ftp", "host": "127.0.0.1", "port": far_ftp.port, "user": "li"}
    nobody = allowed(tmp_path, connections={"farm": server})
    source = RemoteSource.model_validate({"ftp": {"connection": "farm", "path": "/x"}})
    with pytest.raises(Refused, match="Check user and password"):
        fetch(source, nobody, tmp_path, print)


# WebHDFS


@pytest.fixture
def from_hdfs(far_hdfs: Far, tmp_path: Path) -> Callable[..., dict[str, Path]]:
    def get(path: str, user: str = "li") -> dict[str, Path]:
        server = {"kind": "webhdfs", "host": "127.0.0.1", "port": far_hdfs.port, "user": user}
        connections = allowed(tmp_path, connections={"lake": server})
        source = RemoteSource.model_validate({"webhdfs": {"connection": "lake", "path": path}})
        return fetch(source, connections, tmp_path / "home", print)

    return get


def test_a_file_by_webhdfs_goes_on_after_a_break(far_hdfs: Far, from_hdfs: Any) -> None:
    far_hdfs.files["/data/rows.csv"] = ROWS
    get = far_hdfs.cuts
    get[:] = [10**9, 100_000]  # the status comes whole, the file does not
    assert from_hdfs("/data/rows.csv")["rows.csv"].read_bytes() == ROWS
    assert "OPEN /webhdfs/v1/data/rows.csv 100000" in far_hdfs.asked


def test_a_folder_by_webhdfs_keeps_what_is_unchanged(far_hdfs: Far, from_hdfs: Any) -> None:
    far_hdfs.files |= {f"/pets/{name}": content for name, content in TREE.items()}
    assert contents(from_hdfs("/pets/")["pets.tar"]) == {
        name: content for name, content in TREE.items() if name.isascii()
    } | {"狗/c.png": b"c" * 30}
    far_hdfs.asked.clear()
    from_hdfs("/pets/")
    assert not any(one.startswith("OPEN") for one in far_hdfs.asked)


def test_a_file_may_become_a_folder_and_a_folder_a_file(far_hdfs: Far, from_hdfs: Any) -> None:
    for files in ({"x": b"1", "y": b"2"}, {"x/a": b"3", "y": b"2"}, {"x": b"4", "y/b/c": b"5"}):
        far_hdfs.files = {f"/pets/{name}": content for name, content in files.items()}
        assert contents(from_hdfs("/pets/")["pets.tar"]) == files


def test_a_file_and_a_folder_of_one_name_are_refused(
    far_s3: str, bucket: Any, tmp_path: Path
) -> None:
    client, name = bucket
    for key in ("pets/x", "pets/x/y"):
        client.put_object(Bucket=name, Key=key, Body=b"1")
    with pytest.raises(InvalidInput, match="folder of the same name"):
        from_s3(far_s3, tmp_path, bucket=name, prefix="pets/")


def test_webhdfs_says_what_is_missing_and_who_may_not(far_hdfs: Far, from_hdfs: Any) -> None:
    with pytest.raises(NotFound, match="no such file or folder"):
        from_hdfs("/none.csv")
    with pytest.raises(Refused, match="Permission denied"):
        from_hdfs("/none.csv", user="eve")


# S3


@pytest.fixture
def bucket(far_s3: str, tmp_path: Path) -> Any:
    import botocore.session

    client = botocore.session.get_session().create_client(
        "s3",
        endpoint_url=far_s3,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    name = f"b{tmp_path.name.lower().replace('_', '-')}"[:60].rstrip("-")
    client.create_bucket(Bucket=name)
    return client, name


def from_s3(far_s3: str, tmp_path: Path, **place: str) -> dict[str, Path]:
    (tmp_path / "key").write_text("secret\n")
    server = {"kind": "s3", "endpoint": far_s3, "user": "key", "password": {"file": "key"}}
    connections = allowed(tmp_path, connections={"minio": server})
    source = RemoteSource.model_validate({"s3": {"connection": "minio", **place}})
    return fetch(source, connections, tmp_path / "home", print)


def test_an_object_comes_whole_and_is_kept(
    far_s3: str, bucket: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client, name = bucket
    client.put_object(Bucket=name, Key="in/rows.csv", Body=ROWS)
    assert (
        from_s3(far_s3, tmp_path, bucket=name, key="in/rows.csv")["rows.csv"].read_bytes() == ROWS
    )
    from_s3(far_s3, tmp_path, bucket=name, key="in/rows.csv")
    assert capsys.readouterr().out.splitlines()[-1].endswith("unchanged")


def test_a_part_of_an_object_is_gone_on_from(
    far_s3: str, bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aileron.data.sources.s3 import S3File
    from aileron.data.sources.transfer import Broken

    client, name = bucket
    client.put_object(Bucket=name, Key="rows.csv", Body=ROWS)
    begun: list[int] = []
    whole = S3File.open

    def cut(self: S3File, start: int, stamp: Any) -> Any:
        from contextlib import contextmanager

        @contextmanager
        def opened() -> Any:
            begun.append(start)
            with whole(self, start, stamp) as found:
                if start:
                    yield found
                else:
                    yield type(found)(found.stamp, 0, broken(found.pieces))

        def broken(pieces: Any) -> Any:
            yield next(iter(pieces))[:70_000]
            raise Broken("the line is dead")

        return opened()

    monkeypatch.setattr(S3File, "open", cut)
    assert from_s3(far_s3, tmp_path, bucket=name, key="rows.csv")["rows.csv"].read_bytes() == ROWS
    assert begun == [0, 70_000]


def test_a_prefix_is_a_folder(far_s3: str, bucket: Any, tmp_path: Path) -> None:
    client, name = bucket
    for key, content in {**TREE, "": b""}.items():
        client.put_object(Bucket=name, Key=f"pets/{key}", Body=content)
    client.put_object(Bucket=name, Key="pets2/x.png", Body=b"other")
    assert contents(from_s3(far_s3, tmp_path, bucket=name, prefix="pets")["pets.tar"]) == TREE


@pytest.mark.parametrize("key", ["../evil", "a/../../evil", "/etc/passwd", "a//b"])
def test_an_object_whose_name_leads_out_is_refused(
    key: str, far_s3: str, bucket: Any, tmp_path: Path
) -> None:
    from aileron.data.sources.transfer import Downloads, FarFile, Opened, Stamp

    class Never(FarFile):
        where = "s3://b/x"

        def stamp(self) -> Stamp:
            raise AssertionError

        def open(self, start: int, stamp: Stamp) -> Opened:  # type: ignore[override]
            raise AssertionError

    downloads = Downloads(tmp_path / "d", allowed(tmp_path).limits, print)
    with downloads.locked(), pytest.raises(InvalidInput, match="cannot be a path"):
        downloads.bring(key, Never())


def test_too_many_objects_are_refused(far_s3: str, bucket: Any, tmp_path: Path) -> None:
    client, name = bucket
    for number in range(3):
        client.put_object(Bucket=name, Key=f"many/{number}", Body=b"x")
    (tmp_path / "key").write_text("secret")
    server = {"kind": "s3", "endpoint": far_s3, "user": "key", "password": {"file": "key"}}
    few = allowed(tmp_path, connections={"minio": server}, limits={"download_files": 2})
    place = {"connection": "minio", "bucket": name, "prefix": "many/"}
    with pytest.raises(InvalidInput, match="more than 2 files"):
        fetch(RemoteSource.model_validate({"s3": place}), few, tmp_path / "home", print)


def test_s3_says_what_is_missing(far_s3: str, bucket: Any, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no such file"):
        from_s3(far_s3, tmp_path, bucket=bucket[1], key="none")
    with pytest.raises(NotFound, match="no file below"):
        from_s3(far_s3, tmp_path, bucket=bucket[1], prefix="none/")
    with pytest.raises(NotFound, match="no such file"):
        from_s3(far_s3, tmp_path, bucket="nosuchbucket", prefix="none/")


# The server itself


def test_a_path_below_an_allowed_folder_is_taken_where_it_is(tmp_path: Path) -> None:
    share = tmp_path / "share"
    (share / "pets").mkdir(parents=True)
    (share / "rows.csv").write_text("a\n1\n")
    connections = allowed(tmp_path, allowed_paths=[str(share)])
    found = fetch(RemoteSource(path=f"{share}/rows.csv"), connections, tmp_path, print)
    assert found == {"rows.csv": share / "rows.csv"}
    found = fetch(RemoteSource(path=f"{share}/pets"), connections, tmp_path, print)
    assert found == {"pets.tar": share / "pets"}


def test_no_path_is_allowed_unless_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="allowed_paths"):
        fetch(RemoteSource(path="/etc/passwd"), allowed(tmp_path), tmp_path, print)


def test_a_link_does_not_lead_out(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "share/link").symlink_to("/etc")
    connections = allowed(tmp_path, allowed_paths=[f"{tmp_path}/share"])
    with pytest.raises(Refused, match="lies below none"):
        fetch(RemoteSource(path=f"{tmp_path}/share/link/passwd"), connections, tmp_path, print)


# Connections


def test_an_unknown_connection_and_one_of_another_kind_are_said(tmp_path: Path) -> None:
    server = {"kind": "ftp", "host": "127.0.0.1"}
    connections = allowed(tmp_path, connections={"farm": server})
    place = {"connection": "fram", "table": "t"}
    with pytest.raises(NotFound, match=r"no connection fram; did you mean farm\?"):
        fetch(RemoteSource.model_validate({"sql": place}), connections, tmp_path, print)
    place["connection"] = "farm"
    with pytest.raises(InvalidInput, match="is of kind ftp"):
        fetch(RemoteSource.model_validate({"sql": place}), connections, tmp_path, print)


def test_a_server_that_is_away_is_said(tmp_path: Path) -> None:
    server = {"kind": "ftp", "host": "127.0.0.1", "port": 9}
    connections = allowed(tmp_path, connections={"farm": server})
    source = RemoteSource.model_validate({"ftp": {"connection": "farm", "path": "/x"}})
    with pytest.raises(Unavailable, match="refused"):
        fetch(source, connections, tmp_path, print)


def test_a_secret_that_is_away_is_said_by_its_name(tmp_path: Path) -> None:
    server = {"kind": "ftp", "host": "127.0.0.1", "password": {"env": "NO_SUCH_SECRET"}}
    connections = allowed(tmp_path, connections={"farm": server})
    source = RemoteSource.model_validate({"ftp": {"connection": "farm", "path": "/x"}})
    with pytest.raises(Unavailable, match="NO_SUCH_SECRET, which is not set"):
        fetch(source, connections, tmp_path, print)
