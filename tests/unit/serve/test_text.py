"""What the terms of a text are, and how a vocabulary weighs them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aileron.serve.text import LONGEST, MOST_TERMS, Vocabulary, terms

TEXTS = ["good room", "good bed", "bad room bad bed", "bad smell", "nothing to say"]


def test_words_and_pairs_of_neighbours_are_terms() -> None:
    assert terms("Not GOOD, not bad_") == [
        *("not", "good", "not", "bad"),
        *("not good", "good not", "not bad"),
    ]


def test_chinese_is_cut_into_characters_and_pairs() -> None:
    assert terms("房间大, OK") == ["房", "间", "大", "房间", "间大", "ok"]


@pytest.mark.parametrize("text", ["東京へ", "서울", "ไทย", "ລາວ"])
def test_other_scripts_without_spaces_are_cut_too(text: str) -> None:
    assert len(terms(text)) == 2 * len(text) - 1


def test_full_width_letters_are_the_same_as_narrow_ones() -> None:
    assert terms("ＷｉＦｉ很快") == terms("wifi很快")


def test_what_follows_ten_thousand_characters_does_not_count() -> None:
    assert terms("a " * (LONGEST // 2) + "needle") == terms("a " * (LONGEST // 2))


def test_a_vocabulary_holds_terms_of_two_texts_at_least_and_not_of_all() -> None:
    known = Vocabulary.fit(["the cat", "the dog", "the cat and"])
    assert known.terms == ("cat", "the cat")


def test_a_vocabulary_is_bounded_and_keeps_the_commonest_terms() -> None:
    assert set(Vocabulary.fit([*TEXTS, "bad"], 1).terms) == {"bad"}
    many = [" ".join(f"w{i}" for i in range(start, start + 300)) for start in range(0, 3000, 10)]
    assert len(Vocabulary.fit(many).terms) == MOST_TERMS


def test_weights_are_those_of_scikit_learn() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    known = Vocabulary.fit(TEXTS)
    reference = TfidfVectorizer(
        analyzer=terms, sublinear_tf=True, norm=None, vocabulary=list(known.terms)
    ).fit(TEXTS)
    for text in [*TEXTS, "bad bad bad", "unknown", ""]:
        wanted = reference.transform([text]).toarray()[0]
        found = np.zeros(len(known.terms))
        for place, weight in known.weights(text).items():
            found[place] = weight
        assert found == pytest.approx(wanted, abs=1e-5)


def test_the_same_texts_give_the_same_vocabulary_in_any_order() -> None:
    assert Vocabulary.fit(TEXTS, 4) == Vocabulary.fit(reversed(TEXTS), 4)


def test_a_vocabulary_survives_its_json_form() -> None:
    known = Vocabulary.fit(TEXTS)
    assert Vocabulary.from_json(known.to_json()) == known
    assert all(math.isfinite(weight) and weight >= 1 for weight in known.idf)


def test_no_texts_give_an_empty_vocabulary() -> None:
    assert Vocabulary.fit([]).terms == ()
