"""Looking at a file that nobody described: what is in it, and why we think so.

`inspect_table` answers with the fields of a dataset definition and with every assumption that
it rests on. It reads and never writes; what it finds is checked by the same code that imports
the file, so what it accepts can be imported.
"""

from aileron.data.inspection.assumption import Assumption
from aileron.data.inspection.table import Asked, Inspection, inspect_table

__all__ = ["Asked", "Assumption", "Inspection", "inspect_table"]
