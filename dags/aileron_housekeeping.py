"""The daily run that removes what was sent or fetched and is of no use any more."""

from aileron_airflow.housekeeping import housekeeping_dags

globals().update(housekeeping_dags())
