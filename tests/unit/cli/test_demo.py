"""What `aileron demo` prints of a service."""

from __future__ import annotations

from typing import Any, cast

import pytest

from aileron.cli.demo import print_service
from aileron.client import Client
from aileron.client import records as r
from aileron.core.errors import StepFailed

FACTS = r.RunFacts(service="fruit", service_url="http://127.0.0.1:9/default/fruit")


class Answering:
    """A client of one service that always answers the same."""

    def __init__(self, status: int, body: Any) -> None:
        self.answer = r.TryAnswer(status=status, body=body, ms=1)

    def sample(self, name: str) -> r.Sample:
        return r.Sample(path="predict", body={"asked": name})

    def try_service(self, name: str, body: Any, path: str = "predict") -> r.TryAnswer:
        return self.answer


def test_an_answer_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_service(cast("Client", Answering(200, {"label": "梨"})), "fruit", FACTS)
    printed = capsys.readouterr().out
    assert """-d '{"asked": "fruit"}'""" in printed
    assert printed.endswith('It answers:\n  {"label": "梨"}\n')


def test_a_refusal_is_no_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StepFailed, match=r"fruit: The service answers HTTP 503: .*away"):
        print_service(cast("Client", Answering(503, {"error": "away"})), "fruit", FACTS)
    assert "It answers" not in capsys.readouterr().out
