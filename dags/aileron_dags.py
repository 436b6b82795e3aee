"""The DAGs of this workspace: one per file in configs/lifecycles and configs/pipelines."""

from aileron_airflow.dag_factory import build_dags

globals().update(build_dags())
