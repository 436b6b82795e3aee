"""Airflow provider of Aileron: operators, triggers, hooks, and the DAG factory."""
