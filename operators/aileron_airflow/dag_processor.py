"""Airflow's DAG processor, for which this package is loaded once:
``python -m aileron_airflow.dag_processor``.

Airflow reads each DAG file in a process that it forks, every few seconds. What the parent holds
is imported no more; of a file's imports Airflow itself loads ahead only those of its own.
"""

from __future__ import annotations

import sys

from airflow.__main__ import main

import aileron_airflow.dag_factory
import aileron_airflow.housekeeping  # noqa: F401  both for the forked processes

if __name__ == "__main__":
    sys.argv.insert(1, "dag-processor")
    main()
