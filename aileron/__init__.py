"""Aileron: from a dataset to a monitored, versioned service, in one YAML file and one DAG."""

from typing import Final

__version__: Final = "0.1.0"
