"""Reads pictures, recordings and rows for a server that loads neither PyArrow nor Pillow.

``python -m aileron.client.local.browsing.reading`` takes one JSON object per line and answers
each with a line of JSON and then as many bytes as its `size` says. It ends when its input ends,
or after a while without a question.
"""

from __future__ import annotations

import json
import math
import select
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final

from aileron.client.local.browsing.kinds import type_of
from aileron.core.catalogue import step_class
from aileron.core.errors import AileronError, InvalidInput
from aileron.data.layout import SAMPLE_ID, TABLE_FOLDER
from aileron.data.media import MEDIA_FOLDER, MediaFiles
from aileron.data.preparing.previewing import Previewing

IDLE_SECONDS: Final = 120.0
KEPT_BYTES: Final = 32 << 20
"""Of row groups in memory, per version; of at most four versions."""
SIDES: Final[Mapping[str, int]] = {"thumb": 320, "screen": 1600}
QUALITY: Final = 82
Answer = tuple[str, bytes]


def medium(folder: str, media: str, row: int, size: str) -> Answer:
    """The type and the bytes of a picture or recording, as they are or made smaller."""
    content = _reader(folder).read(media, row)
    found = type_of(content)
    if size == "full":
        return found, content
    if not found.startswith("image/"):
        raise InvalidInput("client.no_picture", found=found)
    return smaller(content, SIDES[size])


def smaller(content: bytes, side: int) -> Answer:
    """A picture of at most `side` pixels a side, upright; a JPEG."""
    from PIL import Image

    from aileron.serve.pictures import decode

    image = decode(content, at_least=(side // 2, side // 2)).image
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    made = BytesIO()
    image.save(made, "JPEG", quality=QUALITY)
    return "image/jpeg", made.getvalue()


def rows(folder: str, columns: list[str], offset: int, limit: int) -> Answer:
    """Rows of a table as JSON, ``{"ids", "rows", "total"}``; only the row groups that hold them."""
    import pyarrow.parquet as pq

    total, pieces = 0, []
    for path in sorted((Path(folder) / TABLE_FOLDER).iterdir()):
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                count = file.metadata.row_group(group).num_rows
                first, last = max(offset - total, 0), min(offset + limit - total, count)
                if first < last:
                    table = file.read_row_group(group, columns=[SAMPLE_ID, *columns])
                    pieces.extend(table.slice(first, last - first).to_pylist())
                total += count
    document = {
        "total": total,
        "ids": [str(row[SAMPLE_ID]) for row in pieces],
        "rows": [[_plain(row.get(name)) for name in columns] for row in pieces],
    }
    return "application/json", json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def preview(
    folder: str, step: str, options: dict[str, Any], count: int, seed: int, shards: list[str]
) -> Answer:
    """What a step would make of some samples, as JSON: ``[{"sample_id", "picture"}]``."""
    declared: Any = step_class(step)
    previewing: Previewing = declared()
    config = declared.Config.model_validate(options)
    pairs = previewing.preview(Path(folder), config, count, seed, shards)
    document = [{"sample_id": sample, "picture": b64encode(png).decode()} for sample, png in pairs]
    return "application/json", json.dumps(document, ensure_ascii=False).encode()


_QUESTIONS: Final[Mapping[str, Callable[..., Answer]]] = {
    "medium": medium,
    "rows": rows,
    "preview": preview,
}


@lru_cache(maxsize=4)
def _reader(folder: str) -> MediaFiles:
    return MediaFiles(Path(folder) / MEDIA_FOLDER, KEPT_BYTES)


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def answer(question: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The head of the answer and its bytes; an error has its JSON form, for any language."""
    call = _QUESTIONS[question["ask"]]
    try:
        kind, content = call(**question["values"])
    except AileronError as error:
        return {"error": error.to_dict(), "size": 0}, b""
    return {"type": kind, "size": len(content)}, content


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until there is no more to answer."""
    while select.select([questions], [], [], IDLE_SECONDS)[0]:
        line = questions.readline()
        if not line:
            return
        head, content = answer(json.loads(line))
        answers.write(json.dumps(head).encode() + b"\n" + content)
        answers.flush()


if __name__ == "__main__":
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as source:
        serve(source, sys.stdout.buffer)
