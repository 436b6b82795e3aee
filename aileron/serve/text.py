"""Free text as a bag of terms: what a term is, which terms count, and how much.

Words are terms, and so are pairs of neighbours; scripts that are written without spaces
(Chinese, Japanese, Korean, Thai, ...) give characters and pairs of them instead, so that no
dictionary is needed. Weights are tf-idf with sublinear tf and smooth idf, as scikit-learn's
``TfidfVectorizer`` defines them, before its normalisation. Needs the standard library only.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

LONGEST: Final = 10_000
"""Characters of a text that are looked at; what follows does not count."""
LONGEST_WORD: Final = 40
MOST_TERMS: Final = 2000
"""Size of a vocabulary unless a caller says otherwise."""
MOST_CANDIDATES: Final = 1_000_000
"""Terms that are counted at once while a vocabulary is fitted; beyond, rare ones are dropped."""

# Kana, Han, Hangul; Thai and Lao; Myanmar; Khmer.
_UNSPACED: Final = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_PIECES: Final = re.compile(rf"([{_UNSPACED}]+)|([^\W_{_UNSPACED}]+)")


def terms(text: str) -> list[str]:
    """The terms of `text`, each as often as it occurs."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    found: list[str] = []
    words: list[str] = []
    for run, word in _PIECES.findall(plain):
        if run:
            found += run
            found += map("".join, pairwise(run))
        else:
            words.append(word[:LONGEST_WORD])
    return found + words + [f"{one} {other}" for one, other in pairwise(words)]


@dataclass(frozen=True)
class Vocabulary:
    """The terms that count, in the order of their columns, each with its weight (idf)."""

    terms: tuple[str, ...]
    idf: tuple[float, ...]

    @classmethod
    def fit(cls, texts: Iterable[str], most: int = MOST_TERMS) -> Vocabulary:
        """The `most` terms that occur in the most texts; in two at least, and not in all."""
        count = 0
        frequency: Counter[str] = Counter()
        for text in texts:
            count += 1
            frequency.update(set(terms(text)))
            if len(frequency) > MOST_CANDIDATES:
                frequency = Counter({term: n for term, n in frequency.items() if n > 1})
        known = [(-n, term) for term, n in frequency.items() if 1 < n < count]
        idf = {term: math.log((1 + count) / (1 - n)) + 1 for n, term in sorted(known)[:most]}
        ordered = sorted(idf)
        return cls(tuple(ordered), tuple(round(idf[term], 6) for term in ordered))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Vocabulary:
        return cls(tuple(data["terms"]), tuple(data["idf"]))

    def to_json(self) -> dict[str, Any]:
        return {"terms": list(self.terms), "idf": list(self.idf)}

    def weights(self, text: str) -> dict[int, float]:
        """Place of each known term that occurs in `text` -> its weight, above 0."""
        places, idf = self._places, self.idf
        counts = Counter(terms(text))
        return {
            place: (1.0 + math.log(n)) * idf[place]
            for term, n in counts.items()
            if (place := places.get(term)) is not None
        }

    @cached_property
    def _places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.terms)}


def length(text: str) -> float:
    """The logarithm of a text's length, from 0."""
    return math.log1p(len(text))
