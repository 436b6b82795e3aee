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
IMPORT: Final = "import_"
"""What the name of a dataset's import begins with."""
WORKFLOW_PATTERN: Final = rf"(?:{IMPORT})?{NAME_PATTERN}"


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


def _check_workflow_name(name: str) -> str:
    return name if re.fullmatch(WORKFLOW_PATTERN, name) else _check_name_in_model(name)


WorkflowName = Annotated[str, AfterValidator(_check_workflow_name)]
"""The name of what becomes a DAG: a name, or `import_name` of a dataset's."""


def import_name(dataset: str) -> str:
    """The workflow that imports `dataset`: ``import_dataset``."""
    return f"{IMPORT}{dataset}"


DATASET_OPERATION: Final = "dataset_operation"
"""The workflow that makes a dataset version from others."""
DATASET_EXPORT: Final = "dataset_export"
"""The workflow that writes a dataset version as files."""
IMAGE_BUILD: Final = "image_build"
"""The workflow that builds a container image."""
JOB: Final = "custom_job"
"""The workflow that runs somebody's own code on this machine."""
JOB_IN_PODS: Final = "custom_job_pods"
"""The workflow that runs somebody's own code in pods."""
JOB_REGISTRATION: Final = "job_registration"
"""The workflow that registers the model that a custom job left."""
JOB_RELEASE: Final = "job_release"
"""The workflow that also packages it, and releases it as a service."""


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


def parse_tag(tag: str | None) -> tuple[str, str, int] | None:
    """Project, dataset and number of a dataset version's tag; None if it is no such tag."""
    found = re.fullmatch(rf"({NAME_PATTERN})/({NAME_PATTERN})@v([1-9]\d*)", tag or "")
    return (found[1], found[2], int(found[3])) if found else None
