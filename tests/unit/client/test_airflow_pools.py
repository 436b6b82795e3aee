"""Airflow's pools as the client makes them, against a hand-written fake of their routes."""

from plugins.slot_pools import SlotPools

from aileron.client.airflow import AirflowClient, SlotPool


def test_a_pool_is_made_once_and_changed_when_its_slots_do(slot_pools: SlotPools) -> None:
    with AirflowClient(slot_pools.url) as airflow:
        assert airflow.pools() == {}
        assert airflow.set_pool("aileron_lab", 4, "of the lab")
        assert not airflow.set_pool("aileron_lab", 4)
        assert airflow.pools() == {"aileron_lab": SlotPool(4, 0, counts_deferred=True)}
        assert airflow.set_pool("aileron_lab", 6)
        assert airflow.pools()["aileron_lab"].slots == 6


def test_a_pool_that_forgets_waiting_tasks_is_mended(slot_pools: SlotPools) -> None:
    slot_pools.write("aileron_lab", {"slots": 4, "include_deferred": False})
    with AirflowClient(slot_pools.url) as airflow:
        assert airflow.set_pool("aileron_lab", 4)
        assert airflow.pools()["aileron_lab"].counts_deferred
