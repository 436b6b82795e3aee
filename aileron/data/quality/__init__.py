"""Quality of datasets: profile, proposed expectations, personal data.

Importing it is cheap; DuckDB, Pillow and numpy are imported when something is computed.
"""

from aileron.data.quality.profile import Profile, read_profile

__all__ = ["Profile", "read_profile"]
