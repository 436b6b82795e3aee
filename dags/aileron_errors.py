"""Shows workflows that cannot become a DAG as an import error; apart, so that others run on."""

from aileron_airflow.dag_factory import check_workflows

check_workflows()
