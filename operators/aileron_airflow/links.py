"""Links from a task in Airflow's pages to what it is about in Aileron's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink

from aileron_airflow.pages import pages_address

if TYPE_CHECKING:
    from aileron_airflow.session import Session


class LabellingLink(BaseOperatorLink):
    """To the campaign that a task waits for, as long as the task is there to be looked at.

    Airflow asks in the task's process, where the operator knows it, and keeps the answer; nothing
    is shown of a task that waits for something else.
    """

    name = "Labelling"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002
        return str(operator.campaign_page)


def campaign_page(session: Session, node: str) -> str:
    """The page of the campaign that `node` of the run waits for; empty if for none."""
    source = session.plan.node(node).inputs.get("campaign", "")
    maker, _, port = source.partition(".")
    row = session.ledger.nodes.get(session.run_id, maker) if port else None
    if row is None or port not in row.outputs:
        return ""
    name = session.store.read_json(row.outputs[port], "record.json").get("campaign")
    return f"{pages_address()}#/labelling/{quote(name, safe='')}" if name else ""
