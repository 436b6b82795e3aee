"""Fixtures of the contract tests of services."""

from collections.abc import Callable

import pytest
from plugins.image_services import local_image
from plugins.serving import Trained
from plugins.serving_app import LocalService

__all__ = ["local_image"]


@pytest.fixture(scope="session")
def local(
    tmp_path_factory: pytest.TempPathFactory, trained: Callable[[str], Trained]
) -> Callable[[str], LocalService]:
    """The service of a kind of model, in this process."""
    made: dict[str, LocalService] = {}

    def service(kind: str) -> LocalService:
        if kind not in made:
            folder = tmp_path_factory.mktemp("service") / "src"
            made[kind] = LocalService.of(trained(kind).model, folder)
        return made[kind]

    return service
