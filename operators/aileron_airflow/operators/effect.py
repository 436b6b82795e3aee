"""Steps that change the outside world, and the asset event of a new dataset version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import AssetAlias

from aileron_airflow.assets import dataset_asset
from aileron_airflow.operators.nodes import NodesOperator
from aileron_airflow.session import Session


class AileronEffectOperator(NodesOperator):
    """Executes one effect.

    Args:
        versions: whether the effect makes dataset versions. If it really made one, an event
            of the asset ``aileron://PROJECT/dataset/NAME`` follows: never for a version that
            was there before. The alias is the outlet, since an asset would always emit.
    """

    ui_color = "#f9ead3"

    def __init__(
        self, *, project: str, lifecycle: str, node: str, versions: bool = False, **kwargs: Any
    ) -> None:
        self.versions = versions
        if versions:
            kwargs["outlets"] = [AssetAlias(f"{project}/{lifecycle}/{node}")]
        super().__init__(project=project, lifecycle=lifecycle, nodes=(node,), **kwargs)

    def after_node(self, session: Session, context: Any, outcome: Any) -> None:
        record: Mapping[str, Any] = outcome.record or {}
        if not self.versions or not record.get("created"):
            return
        if outcome.state == "succeeded" or _made_by_earlier_try(session, outcome.node):
            extra = {key: record[key] for key in ("dataset", "version", "tag", "digest")}
            asset = dataset_asset(self.project, record["dataset"])
            context["outlet_events"][self.outlets[0]].add(
                asset, extra={**extra, "run_id": session.run_id}
            )


def _made_by_earlier_try(session: Session, node: str) -> bool:
    """Whether a try of this run did it and was lost before Airflow heard of it."""
    events = session.ledger.events.list(
        session.plan.project, subject=f"node:{session.run_id}/{node}"
    )
    return any(event.verb == "node.succeeded" for event in events)
