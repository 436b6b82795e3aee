"""Formats of annotated data, each in both directions, over records that belong to none.

`find_format` and `formats` know the installed ones; `Format` is what a new one implements.
"""

from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Problem, Problems
from aileron.data.formats.registry import find_format, formats, recognise

__all__ = [
    "Format",
    "Problem",
    "Problems",
    "Reading",
    "Sink",
    "Tree",
    "Writing",
    "find_format",
    "formats",
    "recognise",
]
