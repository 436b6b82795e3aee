"""Data from elsewhere on this machine: path inside the SOURCE artifact -> file or folder.

What came once lies under ``HOME/cache/downloads`` and is not fetched again while the far side is
unchanged; the folder may be deleted at any time. A folder is to become one tar.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final, cast
from urllib.parse import unquote, urlsplit

from aileron.core.digest import digest_json
from aileron.core.errors import NotFound, Unavailable
from aileron.data.sources import s3
from aileron.data.sources.connections import Connections, Database
from aileron.data.sources.drafts import draft_files
from aileron.data.sources.ftp import FtpFile, FtpServer
from aileron.data.sources.network import Gate, gated_client
from aileron.data.sources.server_path import allowed_path
from aileron.data.sources.spec import FarPath, RemoteSource, S3Place, SqlPlace
from aileron.data.sources.tables import table_file_name, write_rows
from aileron.data.sources.transfer import Downloads, FarFile, Log, safe_name
from aileron.data.sources.uploads import Uploads
from aileron.data.sources.web import WebFile
from aileron.data.sources.webhdfs import WebHdfs, WebHdfsFile

CACHE: Final = Path("cache") / "downloads"
THREADS: Final = 8
"""Files of one folder that are fetched at a time: small ones are mostly waiting."""
Files = dict[str, Path]


def fetch(source: RemoteSource, connections: Connections, home: Path, log: Log) -> Files:
    """Bring what `source` names to this machine.

    Args:
        home: downloads lie under its ``cache/downloads``, uploads under its ``uploads``,
            added samples under its ``dataset-drafts``.

    Raises:
        NotFound: it is not there, or the connection is not defined.
        Refused: the server or the configuration does not allow it.
        InvalidInput: it is too large, or the database refuses the statement.
        Unavailable: the server does not answer, or the disk is full.
    """
    if source.path is not None:
        place = allowed_path(source.path, connections)
        return _named(place.name, place)
    if source.upload is not None:
        finished = Uploads(home, connections.limits).finished(source.upload)
        return {finished.name: finished.path}
    if source.draft is not None:
        return draft_files(home, source.draft)
    kept = home / CACHE / _key(source, connections)
    try:
        downloads = Downloads(kept, connections.limits, log)
        with downloads.locked():
            if source.sql is not None:
                return _rows(source, connections, downloads.files, log)
            return _downloaded(source, connections, downloads)
    except OSError as error:
        problem = error.strerror or str(error)
        raise Unavailable("data.sources.disk", where=str(kept), problem=problem) from error


def _key(source: RemoteSource, connections: Connections) -> str:
    """The name of the source's own folder: another server under the same name has another."""
    server = connections.of(source) if source.connection is not None else None
    told = server.model_dump(mode="json", exclude={"password"}) if server else None
    return digest_json([source.model_dump(mode="json", exclude_none=True), told])


def _rows(source: RemoteSource, connections: Connections, folder: Path, log: Log) -> Files:
    place = cast("SqlPlace", source.sql)
    database = cast("Database", connections.of(source))
    name = table_file_name(place)
    for left_by_a_kill in folder.glob("*.part"):
        left_by_a_kill.unlink()
    write_rows(database, place, connections, folder / name, log)
    return {name: folder / name}


def _downloaded(source: RemoteSource, connections: Connections, downloads: Downloads) -> Files:
    if source.url is not None:
        name = safe_name(unquote(urlsplit(source.url).path))
        with gated_client(Gate(connections), connections.limits) as http:
            return _one(downloads, name, WebFile(source.url, http))
    if source.s3 is not None:
        return _of_bucket(source.s3, source, connections, downloads)
    if source.ftp is not None:
        return _of_ftp(source.ftp.path, source, connections, downloads)
    if source.webhdfs is not None:
        return _of_webhdfs(source.webhdfs.path, source, connections, downloads)
    raise AssertionError  # `fetch` handles the others


def _of_bucket(
    place: S3Place, source: RemoteSource, connections: Connections, downloads: Downloads
) -> Files:
    bucket = s3.Bucket(connections.of(source), place.bucket, connections)
    if place.key is not None:
        return _one(downloads, safe_name(place.key), s3.S3File(bucket, place.key))
    prefix = s3.prefix_of(place)
    where = f"s3://{place.bucket}/{prefix}"
    listed = downloads.steadily(where, lambda: list(bucket.objects(prefix)))
    found = ((key.removeprefix(prefix), s3.S3File(bucket, key, stamp)) for key, stamp in listed)
    return _many(downloads, where, prefix, found)


def _of_ftp(
    path: FarPath, source: RemoteSource, connections: Connections, downloads: Downloads
) -> Files:
    with FtpServer(connections.of(source), connections) as server:
        if not path.endswith("/"):
            return _one(downloads, safe_name(path), FtpFile(server, path))
        where = server.where + path
        listed = downloads.steadily(where, lambda: list(server.files(path)))
        found = ((name, FtpFile(server, path + name, stamp)) for name, stamp in listed)
        return _many(downloads, where, path, found, threads=1)  # of the one login


def _of_webhdfs(
    path: FarPath, source: RemoteSource, connections: Connections, downloads: Downloads
) -> Files:
    with WebHdfs(connections.of(source), connections) as system:
        if not path.endswith("/"):
            return _one(downloads, safe_name(path), WebHdfsFile(system, path))
        where = system.where + path
        listed = downloads.steadily(where, lambda: list(system.files(path)))
        found = ((name, WebHdfsFile(system, path + name, stamp)) for name, stamp in listed)
        return _many(downloads, where, path, found)


def _one(downloads: Downloads, name: str, far: FarFile) -> Files:
    place = downloads.bring(name, far)
    downloads.tidy()
    return {name: place}


def _many(
    downloads: Downloads,
    where: str,
    path: str,
    found: Iterable[tuple[str, FarFile]],
    threads: int = THREADS,
) -> Files:
    """All files of a folder; the folder is to become one tar."""
    if not downloads.bring_all(found, threads):
        raise NotFound("data.sources.empty_folder", where=where)
    downloads.tidy()
    return _named(PurePosixPath(path).name or "data", downloads.files)


def _named(name: str, place: Path) -> Files:
    name = safe_name(name)
    return {f"{name}.tar" if place.is_dir() else name: place}
