"""Assets that others can schedule their DAGs on."""

from __future__ import annotations

from airflow.sdk import Asset


def dataset_asset(project: str, dataset: str) -> Asset:
    """The asset of a dataset; each event is a new version, its tag and digest in `extra`."""
    return Asset(f"aileron://{project}/dataset/{dataset}")
