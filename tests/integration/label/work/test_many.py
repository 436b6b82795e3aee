"""Five people draw at once while several reconcilers look: nothing is lost or counted twice."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

from plugins.label_work import NAME, Labelling

from aileron.core.errors import Conflict
from aileron.ledger import Ledger, Package, PackageState

PEOPLE = ["anna", "ben", "cleo", "dora", "eve"]
CHANGES = 40


class Canvas:
    """What is drawn in each package; who reads sees one moment of it."""

    def __init__(self, packages: list[Package]) -> None:
        self._lock = Lock()
        self._drawn = {package.id: ["."] * package.size for package in packages}
        self.changes = 0

    def draw(self, package: Package, place: int, letter: str) -> None:
        with self._lock:
            self.changes += self._drawn[package.id][place] != letter
            self._drawn[package.id][place] = letter

    def read(self, package: Package) -> str:
        with self._lock:
            return "".join(self._drawn[package.id])


def reconcile(begun: Labelling, canvas: Canvas, package: Package) -> int:
    """As the reconciler does it: read again if another was quicker."""
    for _ in range(1000):
        at = begun.ledger.labelling.clock()
        try:
            return begun.draws(package, canvas.read(package), at=at)
        except Conflict:
            continue
    raise AssertionError(package.id)


def test_five_people_and_three_reconcilers(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 4 * len(PEOPLE), annotators=PEOPLE, assignment="round_robin")
    packages = begun.by("olga").distribute(NAME)
    canvas, over = Canvas(packages), Event()

    def work(package: Package) -> None:
        chance = random.Random(package.id)
        for _ in range(CHANGES):
            canvas.draw(package, chance.randrange(package.size), chance.choice("abc"))
        for place, letter in enumerate("abca"):
            canvas.draw(package, place, letter)
        reconcile(begun, canvas, package)
        begun.by(package.annotator or "").submit(package.id)

    def look(seed: int) -> int:
        chance, found = random.Random(seed), 0
        while not over.is_set():
            found += reconcile(begun, canvas, chance.choice(packages))
        return found

    with ThreadPoolExecutor(len(PEOPLE) + 3) as pool:
        looking = [pool.submit(look, seed) for seed in range(3)]
        try:
            list(pool.map(work, packages))
        finally:
            over.set()
        found = sum(one.result() for one in looking)

    made = 0
    for package in begun.packages():
        assert package.state is PackageState.SUBMITTED
        items = ledger.labelling.items(package.id)
        assert [item.annotation for item in items] == [{"labels": [one]} for one in "abca"]
        for item in items:
            revisions = ledger.labelling.revisions(item.id)
            assert [one.number for one in revisions] == list(range(item.revision, 0, -1))
            digests = [one.digest for one in revisions]
            assert all(one != other for one, other in itertools.pairwise(digests))
            assert {one.by for one in revisions} == {package.annotator}
            made += len(revisions)
    assert 4 * len(PEOPLE) <= made <= canvas.changes
    assert found <= made
