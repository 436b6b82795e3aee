"""Tracking of runs and registration of models in MLflow, by its REST interface.

The ledger says what is true; MLflow shows it. `set_champion_alias` and `champion_alias`
write and read the alias that projects the ledger's champion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aileron.core.settings import Settings

CHAMPION_ALIAS: Final = "champion"


def set_champion_alias(settings: Settings, project: str, model: str, version: str | None) -> None:
    """Let the alias ``champion`` of the model point to MLflow version `version`, or to none.

    Raises:
        NotFound: MLflow has no such model version.
        Unavailable: MLflow does not answer.
    """
    from aileron.core.names import registered_model
    from aileron.registry.mlflow_rest import Mlflow

    with Mlflow.of(settings) as mlflow:
        mlflow.set_alias(registered_model(project, model), CHAMPION_ALIAS, version)


def champion_alias(settings: Settings, project: str, model: str) -> str | None:
    """The MLflow version that the alias ``champion`` of the model points to.

    Raises:
        Unavailable: MLflow does not answer.
    """
    from aileron.core.names import registered_model
    from aileron.registry.mlflow_rest import Mlflow

    with Mlflow.of(settings) as mlflow:
        return mlflow.alias(registered_model(project, model), CHAMPION_ALIAS)
