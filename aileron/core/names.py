"""Names of projects, datasets, models, services and lifecycles, and the ids built from them.

One alphabet for all of them, valid in Git refs, Airflow, MLflow, PostgreSQL and, after
`dashed`, in Kubernetes and URLs. A free display name may stand beside a name.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from aileron.core.errors import InvalidInput

DEFAULT_PROJECT: Final = "default"
NAME_PATTERN: Final = r"[a-z][a-z0-9_]{0,39}"


def check_name(name: str) -> str:
    """Return `name` if it is one; raise `InvalidInput` with the rule otherwise."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise InvalidInput("core.bad_name", name=name)
    return name


def _check_name_in_model(name: str) -> str:
    try:
        return check_name(name)
    except InvalidInput as error:
        raise ValueError(str(error)) from None


Name = Annotated[str, AfterValidator(_check_name_in_model)]
"""A `str` that pydantic checks to be a name."""


def dashed(name: str) -> str:
    """`name` as Kubernetes and host names want it."""
    return name.replace("_", "-")


def dag_id(project: str, lifecycle: str) -> str:
    """The Airflow DAG of a lifecycle: ``project__lifecycle``."""
    return f"{project}__{lifecycle}"


def dataset_tag(project: str, dataset: str, version: int) -> str:
    """The Git tag of a dataset version: ``project/dataset@v3``."""
    return f"{project}/{dataset}@v{version}"


def registered_model(project: str, model: str) -> str:
    """The name of a model in MLflow's registry: ``project.model``."""
    return f"{project}.{model}"
