"""Campaigns for tests of the rules of work: what people say is a class, given as a letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aileron.label.spec import LabelSpec
from aileron.label.work import Seen, Work
from aileron.ledger import Campaign, Ledger, Package

PROJECT = "default"
NAME = "night"
SPEC: Mapping[str, Any] = {
    "task": "classification",
    "modality": "image",
    "label_type": "single",
    "classes": [{"name": name} for name in "abc"],
    "package_size": 4,
    "audit": {"share": 1.0},
    "annotators": ["anna", "ben"],
    "reviewers": ["rita", "rob"],
    "hours": None,
}


@dataclass
class Labelling:
    """A campaign, and people who work on it."""

    ledger: Ledger
    campaign: Campaign

    @staticmethod
    def begin(ledger: Ledger, samples: int = 4, **spec: Any) -> Labelling:
        """A campaign of so many samples with packages of 4, all handed out to Label Studio."""
        wanted = LabelSpec.model_validate({**SPEC, **spec})
        ids = [f"s{number:05d}" for number in range(1, samples + 1)]
        made = Work(ledger, PROJECT, "olga").create(NAME, "pictures", 3, wanted, ids)
        begun = Labelling(ledger, made)
        for package in begun.packages():
            tasks = {place: task_of(package.id, place) for place in range(1, package.size + 1)}
            assert ledger.labelling.handed_out(package.id, 100 + package.id, tasks)
        return begun

    def by(self, name: str, **how: Any) -> Work:
        """What that person does."""
        return Work(self.ledger, PROJECT, name, **how)

    def packages(self) -> list[Package]:
        return self.ledger.labelling.packages(PROJECT, campaign=NAME, limit=1000)

    def package(self, number: int = 1, lane: int = 0) -> Package:
        """As it is now, by its number within the campaign."""
        every = {(one.number, one.lane): one for one in self.packages()}
        return every[number, lane]

    def draws(self, package: Package, said: str, **more: Any) -> int:
        """Label Studio has a letter for each item: ``.`` nothing, ``?`` a draft, ``-`` skipped."""
        return self.by("system").observe(package.id, seen(package, said), **more)

    def labels(self, said: str, annotator: str = "anna", number: int = 1, lane: int = 0) -> Package:
        """Somebody has a package, says something of each item, and submits it."""
        package = self.package(number, lane)
        if package.annotator is None:
            self.by("olga").assign(package.id, annotator)
        self.draws(package, said)
        return self.by(annotator).submit(package.id)

    def reviews(self, package: Package, verdicts: str, reviewer: str = "rita") -> None:
        """Verdicts by position: ``+`` approved, ``x`` rejected, ``.`` none."""
        for position, mark in enumerate(verdicts, 1):
            if mark != ".":
                approved = mark == "+"
                comment = "" if approved else f"look at {position}"
                work = self.by(reviewer)
                work.review(package.id, position, approved=approved, comment=comment)

    def states(self, package: Package) -> str:
        """The first letters of its items' states; ``-`` is aside."""
        return "".join(
            "-" if item.state == "aside" else item.state[0]
            for item in self.ledger.labelling.items(package.id)
        )

    def verbs(self) -> list[str]:
        """Of what happened to the campaign and in it, the oldest first."""
        found = self.ledger.events.list(PROJECT, correlation=f"campaign:{PROJECT}/{NAME}")
        return [event.verb for event in reversed(found)]


def task_of(package: int, position: int) -> int:
    return package * 10_000 + position


def seen(package: Package, said: str) -> list[Seen]:
    """What Label Studio has of the first items."""
    return [
        Seen(
            task_of(package.id, position),
            {"labels": [letter]} if letter.isalpha() else None,
            draft=letter == "?",
            skipped=letter == "-",
            seconds=2.5,
        )
        for position, letter in enumerate(said, 1)
    ]
