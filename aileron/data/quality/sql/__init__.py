"""Great Expectations' expectations, their metrics computed by DuckDB.

The library itself judges and words the result: only the metrics that it asks for come from SQL,
so a result has the same form, and the same verdict, as one of the library's own engine.
"""

from aileron.data.quality.sql.run import run_by_sql
from aileron.data.quality.sql.support import BY_SQL, Unsupported

__all__ = ["BY_SQL", "Unsupported", "run_by_sql"]
