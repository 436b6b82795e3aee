"""Media are read alone from their shard, and by a reader where a shard is written another way."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aileron.data.media import MediaFiles, write_media
from aileron.data.media.mapped import MappedMedia
from aileron.data.media.pages import NotPlain, plain_values


@given(contents=st.lists(st.binary(max_size=300), min_size=1, max_size=200, unique=True))
def test_every_medium_is_found(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("media")
    known = {sha256(content).hexdigest(): content for content in contents}
    places = write_media(folder, known, known.__getitem__, shard_bytes=5000)
    mapped, files = MappedMedia(folder), MediaFiles(folder, 0)
    for digest, place in places.items():
        assert mapped.read(*place) == files.read(*place) == known[digest]


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "zstd"},
        {"use_dictionary": True, "compression": "none"},
        {"data_page_version": "2.0", "compression": "none", "use_dictionary": False},
        {"column_encoding": {"bytes": "DELTA_BYTE_ARRAY", "digest": "PLAIN"},
         "compression": "none", "use_dictionary": False},
        {"compression": "none", "use_dictionary": False, "data_page_size": 100},
        {"compression": "none", "use_dictionary": False, "write_statistics": True},
    ],
)  # fmt: skip
def test_a_shard_of_another_writer_is_read_too(tmp_path: Path, options: dict[str, object]) -> None:
    contents = [bytes([i]) * (i % 50) for i in range(100)]
    table = pa.table({"digest": [str(i) for i in range(100)], "bytes": contents})
    pq.write_table(table, tmp_path / "part-00000.parquet", row_group_size=30, **options)
    mapped = MappedMedia(tmp_path)
    assert [mapped.read("part-00000.parquet", row) for row in range(100)] == contents


def test_missing_values_are_no_plain_column(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"bytes": pa.array([b"a", None, b"b"])})
    pq.write_table(table, path, compression="none", use_dictionary=False)
    column = pq.ParquetFile(path).metadata.row_group(0).column(0)
    start = column.data_page_offset
    with pytest.raises(NotPlain):
        plain_values(path.read_bytes(), start, start + column.total_compressed_size, optional=True)
