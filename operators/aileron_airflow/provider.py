"""What Airflow asks a provider: its operators, triggers, hooks and connection types.

Airflow calls this in every process that it starts, so nothing is imported here.
"""

from __future__ import annotations

from typing import Any, Final

from aileron import __version__

_HOOKS: Final = {
    "DVC": ("dvc", "DvcHook"),
    "MLflow": ("mlflow", "MlflowHook"),
    "Great Expectations": ("great_expectations", "GreatExpectationsHook"),
    "BentoML": ("bentoml", "BentoMLHook"),
}


def get_provider_info() -> dict[str, Any]:
    """The provider's metadata, in the form of Airflow's ``provider_info.schema.json``."""
    return {
        "package-name": "aileron",
        "name": "Aileron",
        "description": "From a dataset to a monitored, versioned service: operators per kind of "
        "step, and hooks for DVC, MLflow, Great Expectations and BentoML.",
        "versions": [__version__],
        "integrations": [
            {"integration-name": name, "tags": ["machine-learning"]}
            for name in ("Aileron", *_HOOKS)
        ],
        "operators": [
            {
                "integration-name": "Aileron",
                "python-modules": [
                    f"aileron_airflow.operators.{kind}"
                    for kind in ("plan", "component", "effect", "wait", "approval", "pod")
                ],
            }
        ],
        "triggers": [
            {
                "integration-name": "Aileron",
                "python-modules": ["aileron_airflow.triggers", "aileron_airflow.pod_trigger"],
            }
        ],
        "hooks": [
            {"integration-name": name, "python-modules": [f"aileron_airflow.hooks.{module}"]}
            for name, (module, _) in _HOOKS.items()
        ],
        "connection-types": [
            {
                "connection-type": module,
                "hook-class-name": f"aileron_airflow.hooks.{module}.{hook}",
                "hook-name": name,
            }
            for name, (module, hook) in _HOOKS.items()
        ],
        "asset-uris": [{"schemes": ["aileron"], "handler": None}],
    }
