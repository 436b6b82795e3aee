"""Many are asked at once, and who does not answer is not asked again."""

from __future__ import annotations

import threading

import pytest

from aileron.core.errors import InvalidInput, Unavailable
from aileron.label.suggesting.asking import PARALLEL, Answer, Asker, ask_all
from aileron.label.suggesting.services import ImageService

SERVICE = ImageService("default", "colours", "colours_model", 3, False, ("red", "green"))


def test_four_are_asked_at_once_and_stay_in_order() -> None:
    together = threading.Barrier(PARALLEL, timeout=10)

    def ask(number: int) -> int:
        together.wait()
        return number * 2

    assert ask_all(ask, range(8), 60) == ([0, 2, 4, 6, 8, 10, 12, 14], None)


def test_one_bad_sample_is_one_without_a_suggestion() -> None:
    def ask(number: int) -> int:
        if number == 1:
            raise InvalidInput("label.suggesting.refused", service="colours", problem="Too small.")
        return number

    found, problem = ask_all(ask, range(4), 60)
    assert found == [0, None, 2, 3]
    assert "Too small." in str(problem)


def test_one_that_does_not_answer_is_not_asked_a_thousand_times() -> None:
    asked = []

    def ask(number: int) -> int:
        asked.append(number)
        raise Unavailable("label.suggesting.no_gateway")

    found, problem = ask_all(ask, range(1000), 60)
    assert found == [None] * 1000
    assert isinstance(problem, Unavailable)
    assert len(asked) <= PARALLEL * 2


def test_time_is_bounded_and_what_came_in_time_is_kept() -> None:
    release = threading.Event()

    def ask(number: int) -> int:
        if number:
            release.wait(2)
        return number

    found, problem = ask_all(ask, range(100), 1)
    assert found[0] == 0
    assert found[-1] is None
    assert "Make `package_size` smaller" in str(problem)


def test_without_a_gateway_or_behind_one_that_is_away_it_is_said() -> None:
    with pytest.raises(Unavailable, match="No gateway is set up"):
        Asker(None).ask(SERVICE, b"x")
    away = Asker("http://127.0.0.1:9/")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9/default/colours/predict"):
        away.ask(SERVICE, b"x")
    assert not away.ready(SERVICE)


def test_the_best_or_all_are_chosen_and_unknown_ones_left_out() -> None:
    answer = Answer((("blue", 0.9), ("red", 0.8), ("green", 0.6)), None)
    assert answer.chosen(("red", "green"), several=True) == (("red", "green"), 0.6)
    assert answer.chosen(("blue", "red"), several=False) == (("blue",), 0.9)
    assert answer.chosen(("red", "green"), several=False) == ((), None)
    assert Answer((), None).chosen(("red",), several=True) == ((), None)
