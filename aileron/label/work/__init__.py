"""The rules of labelling by several people: who may do what when, and what comes of it.

Each rule is one transaction in which the package is held, so that two people, or two who look
at what was drawn, never both have their way; and each writes an event with before and after.
"""

from aileron.label.work.actor import Agreement
from aileron.label.work.reviewing import Outcome
from aileron.label.work.seen import Seen
from aileron.label.work.work import Work

__all__ = ["Agreement", "Outcome", "Seen", "Work"]
