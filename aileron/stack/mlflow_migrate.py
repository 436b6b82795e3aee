"""Brings MLflow's tables to the installed version: ``python -m aileron.stack.mlflow_migrate``.

``mlflow db upgrade`` takes the database's URL, with its password, as an argument that everybody
on the machine can read; here it comes in the variable that the server takes it from.
"""

from __future__ import annotations

import os

from aileron.stack.mlflow_server import BACKEND


def main() -> None:
    from mlflow.store.db.utils import _upgrade_db, create_sqlalchemy_engine_with_retry

    _upgrade_db(create_sqlalchemy_engine_with_retry(os.environ[BACKEND]))


if __name__ == "__main__":
    main()
