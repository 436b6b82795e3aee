"""Airflow itself takes the slots of pools as the client gives them."""

from __future__ import annotations

from aileron.client.airflow import AirflowClient, SlotPool
from aileron.core.settings import Settings


def test_airflow_has_the_slots_that_a_pool_says(stack_settings: Settings) -> None:
    with AirflowClient.of(stack_settings) as airflow:
        assert airflow.set_pool("aileron_tried", 3, "of a test")
        assert not airflow.set_pool("aileron_tried", 3)
        assert airflow.set_pool("aileron_tried", 5)
        assert airflow.pools()["aileron_tried"] == SlotPool(5, 0, counts_deferred=True)
