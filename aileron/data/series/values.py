"""The numbers of a series, as it is kept."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from aileron.data.formats.series.times import is_number

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


def columns_of(content: bytes) -> pa.Table:
    """Time and channels of a series that a dataset keeps, the time as its text."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    names = content.partition(b"\n")[0].decode().split(",")
    types = {names[0]: pa.string(), **dict.fromkeys(names[1:], pa.float64())}
    options = pacsv.ConvertOptions(column_types=types)
    return pacsv.read_csv(io.BytesIO(content), convert_options=options)


def times_of(texts: pa.Array) -> np.ndarray[Any, Any]:
    """The times of a series by their texts: of dates in seconds since 1970, UTC; float64."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    if is_number(texts[0].as_py()):
        return np.asarray(pc.cast(texts, pa.float64()))
    dates = pc.cast(texts, pa.timestamp("ms", tz="UTC"))
    return np.asarray(dates.cast(pa.int64())) / 1000


def values_of(content: bytes) -> np.ndarray[Any, Any]:
    """Time and channels of a series that a dataset keeps: float64 [time and channels, points]."""
    import numpy as np

    table = columns_of(content)
    rows = [times_of(table[0]), *(np.asarray(column) for column in table.columns[1:])]
    return np.stack(rows)
