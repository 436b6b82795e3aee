"""Small pictures within a report, of the few samples that it shows."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from aileron.data.layout import SAMPLE_ID, SAMPLES_FILE
from aileron.data.media import MEDIA_FOLDER, MediaFiles
from aileron.data.quality.connection import connect, text_
from aileron.data.quality.facts import open_samples

SIDE: Final = 112
CACHE: Final = 32 << 20
PER_CLASS: Final = 4
CLASSES: Final = 12


class Thumbnails:
    """Thumbnails of a dataset of pictures."""

    def __init__(self, folder: Path, work: Path) -> None:
        self._folder, self._work = folder, work
        self._media = MediaFiles(folder / MEDIA_FOLDER, CACHE)
        self._file = f"read_parquet({text_(str(folder / SAMPLES_FILE))})"

    def of(self, sample_ids: Sequence[str]) -> Mapping[str, str]:
        """Sample id -> its picture as a data URI."""
        query = (
            f"SELECT {SAMPLE_ID}, media, row FROM {self._file}"
            f" WHERE {SAMPLE_ID} IN (SELECT unnest(?))"
        )
        with connect(self._work) as connection:
            places = connection.execute(query, [list(sample_ids)]).fetchall()
        return {name: data_uri(self._media.read(media, row)) for name, media, row in places}

    def examples(self) -> Mapping[str, Sequence[str]]:
        """Label -> sample ids of the first samples that have it, of the commonest labels."""
        query = (
            f"SELECT label, min(sample_id, {PER_CLASS}) FROM (SELECT sample_id,"
            " unnest(list_distinct(list_concat(labels, list_transform(objects,"
            " lambda o: o.label)))) AS label FROM samples_)"
            f" GROUP BY label ORDER BY count(*) DESC, label LIMIT {CLASSES}"
        )
        with connect(self._work) as connection:
            open_samples(connection, self._folder / SAMPLES_FILE)
            rows = connection.execute(query).fetchall()
        return dict(rows)


def data_uri(picture: bytes) -> str:
    """The picture, small, upright, as a JPEG within a page."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(picture)) as image:
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        small = ImageOps.exif_transpose(image).convert("RGB")
    small.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=78)
    return "data:image/jpeg;base64," + b64encode(file.getvalue()).decode()
