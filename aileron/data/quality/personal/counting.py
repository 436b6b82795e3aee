"""What was found where: counts per place and kind, and samples to look at. No value is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from aileron.data.quality.personal.finding import Found, find, mask
from aileron.data.quality.personal.kinds import Kind

SHOWN: Final = 20


class Search:
    """Looks through texts, counts what it finds, and masks it if it is to."""

    def __init__(self, kinds: Iterable[Kind], character: str | None) -> None:
        self._kinds = tuple(kinds)
        self._character = character
        self._pieces: Counter[tuple[str, Kind]] = Counter()
        self._samples: dict[tuple[str, Kind], list[str]] = {}
        self._counts: Counter[tuple[str, Kind]] = Counter()

    def text(self, place: str, sample_id: str, text: str) -> str:
        """`text`, masked if it is to be; `place` is the column or field that it is in."""
        found = find(text, self._kinds)
        self._count(place, sample_id, found)
        return mask(text, found, self._character) if found and self._character else text

    def tokens(self, sample_id: str, tokens: list[str]) -> list[str]:
        """Tokens, looked at as the text that they make."""
        joint = "" if all(len(token) == 1 for token in tokens) else " "
        whole = self.text("tokens", sample_id, joint.join(tokens))
        masked, place = [], 0
        for token in tokens:
            masked.append(whole[place : place + len(token)])
            place += len(token) + len(joint)
        return masked

    def report(self) -> list[dict[str, Any]]:
        """Place, kind, pieces, samples, and the ids of the first of them."""
        return [
            {
                "place": place,
                "kind": kind,
                "pieces": self._pieces[place, kind],
                "samples": self._counts[place, kind],
                "examples": self._samples[place, kind],
            }
            for place, kind in sorted(self._pieces)
        ]

    def _count(self, place: str, sample_id: str, found: list[Found]) -> None:
        for kind in {one.kind for one in found}:
            key = (place, kind)
            self._pieces[key] += sum(one.kind == kind for one in found)
            self._counts[key] += 1
            examples = self._samples.setdefault(key, [])
            if len(examples) < SHOWN:
                examples.append(sample_id)
