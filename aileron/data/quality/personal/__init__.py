"""Personal data in texts: found by patterns, counted, masked.

Patterns find what has a form: numbers, addresses of mail and machines, plates, and names that
something announces. A name in running text that nothing announces is not found.
"""

from aileron.data.quality.personal.finding import Found, find, mask
from aileron.data.quality.personal.kinds import KINDS, Kind

__all__ = ["KINDS", "Found", "Kind", "find", "mask"]
