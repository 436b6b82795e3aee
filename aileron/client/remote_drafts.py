"""The verbs of drafts over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import httpx

from aileron.client import records as r
from aileron.client.drafts import DraftVerbs
from aileron.core.documents import check_values

AnswerT = TypeVar("AnswerT")


class RemoteDrafts(DraftVerbs):
    """What `RemoteClient` inherits; it says how a question is put."""

    @abstractmethod
    def _get(self, kind: type[AnswerT], path: str, **query: Any) -> AnswerT: ...

    @abstractmethod
    def _send(
        self, method: str, kind: type[AnswerT], path: str, body: r.Asked | None = None
    ) -> AnswerT: ...

    @abstractmethod
    def _sent(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> httpx.Response: ...

    def begin_draft(
        self,
        dataset: str,
        *,
        joins: bool = False,
        kind: str | None = None,
        description: str = "",
    ) -> r.Draft:
        asked = {"dataset": dataset, "joins": joins, "kind": kind, "description": description}
        return self._send("POST", r.Draft, "drafts", check_values(r.BeginDraft, asked))

    def drafts(self, dataset: str | None = None) -> tuple[r.Draft, ...]:
        return self._get(tuple[r.Draft, ...], "drafts", dataset=dataset)

    def draft(self, number: int) -> r.Draft:
        return self._get(r.Draft, f"drafts/{number}")

    def add_sample(
        self,
        number: int,
        content: str,
        labels: Iterable[r.SampleLabel] = (),
        *,
        replace: bool = False,
    ) -> r.Draft:
        asked = {"content": content, "labels": tuple(labels), "replace": replace}
        body = check_values(r.NewSample, asked)
        return self._send("POST", r.Draft, f"drafts/{number}/samples", body)

    def delete_draft(self, number: int) -> None:
        self._sent("DELETE", f"drafts/{number}", None, {})
