"""The verbs of drafts over HTTP."""

from __future__ import annotations

from collections.abc import Iterable

from aileron.client import records as r
from aileron.client.asking import Asking
from aileron.client.drafts import DraftVerbs
from aileron.core.documents import check_values


class RemoteDrafts(Asking, DraftVerbs):
    """What `RemoteClient` inherits."""

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
