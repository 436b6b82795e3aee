"""What the three calls of the ML-backend contract mean to a service of the platform."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final

from aileron.core.errors import InvalidInput, NotFound, Unavailable
from aileron.label.handout import MEDIA
from aileron.label.suggesting.asking import Answer, Asker, ask_all
from aileron.label.suggesting.screen import screen_of
from aileron.label.suggesting.services import ImageServices
from aileron.ledger import Ledger

SECONDS: Final = 60.0
"""What one question may take; Label Studio waits for 100."""
MOST_TASKS: Final = 1000
Picture = Callable[[str, str], bytes]
"""Project and an address in a task -> the picture; `NotFound` if the project has none there."""
Medium = Callable[[str, str, int, str], bytes]
"""Project, dataset, version and sample -> the bytes of its picture."""


class Contract:
    """Answers in the name of the project's services. Threads may share one.

    Args:
        gateway_url: where the services answer.
        picture: finds a picture of the platform's own packages, as `PackagePictures` does.
    """

    def __init__(
        self,
        services: ImageServices,
        gateway_url: str | None,
        picture: Picture,
        seconds: float = SECONDS,
    ) -> None:
        self._services = services
        self._gateway_url = gateway_url
        self._picture = picture
        self._seconds = seconds

    def health(self, project: str, service: str, _: Mapping[str, Any]) -> dict[str, Any]:
        """That the service is well.

        Raises:
            NotFound, InvalidInput: there is no such service of pictures.
            Unavailable: it takes no pictures now.
        """
        found = self._services.find(project, service)
        with closing(Asker(self._gateway_url)) as asker:
            if not asker.ready(found):
                raise Unavailable("label.suggesting.service_silent", service=service)
        return {"status": "UP", "model_class": found.model}

    def setup(self, project: str, service: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The version of its model, if it can suggest on the screen in `schema`."""
        found = self._services.find(project, service)
        screen_of(_text(body, "schema"), found.classes)
        return {"model_version": found.model_version}

    def predict(self, project: str, service: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A prediction for each of `tasks`; an empty list where there is none.

        Raises:
            InvalidInput: the request is none of Label Studio's, or the screen does not fit.
            Unavailable: the service does not answer.
        """
        found = self._services.find(project, service)
        screen = screen_of(_text(body, "label_config"), found.classes)
        sources = [_source(task, screen.key) for task in _tasks(body)]
        with closing(Asker(self._gateway_url)) as asker:
            answers, problem = ask_all(
                lambda source: asker.ask(found, self._bytes(project, source)),
                sources,
                self._seconds,
            )
        if isinstance(problem, Unavailable) and not any(answers):
            raise problem
        revisions = {one.revision for one in answers if one is not None}
        versions = {one: self._services.version_of(found, one) for one in revisions}

        def said(answer: Answer | None) -> Any:
            if answer is None:
                return []
            several = found.several and screen.several
            labels, score = answer.chosen(screen.classes, several=several)
            result = screen.result(labels)
            version = versions[answer.revision]
            return {"result": result, "score": score, "model_version": version} if result else []

        return {"results": [said(one) for one in answers], "model_version": found.model_version}

    def _bytes(self, project: str, source: str) -> bytes:
        if not source.startswith("data:"):
            return self._picture(project, source)
        try:
            return base64.b64decode(source.partition(",")[2], validate=True)
        except binascii.Error:
            raise InvalidInput("label.suggesting.elsewhere") from None


class PackagePictures:
    """Pictures by the addresses that the tasks of packages hold: ``/label/media/...``."""

    def __init__(self, ledger: Ledger, medium: Medium) -> None:
        self._ledger = ledger
        self._medium = medium

    def __call__(self, project: str, address: str) -> bytes:
        """The picture at `address`, if it is in a package of `project`.

        Raises:
            InvalidInput: it is no such address.
            NotFound: the project has nothing there.
        """
        parts = address.removeprefix(f"{MEDIA}/").split("/")
        if not address.startswith(MEDIA) or len(parts) != 3 or not all(map(_number, parts)):
            raise InvalidInput("label.suggesting.elsewhere")
        number, package, position = map(int, parts)
        labelling = self._ledger.labelling
        found = labelling.package(project, package)
        if found.campaign_id != number:
            raise NotFound("ledger.no_label_package", number=package)
        campaign = labelling.campaign_of(found)
        item = labelling.item(package, position)
        return self._medium(project, campaign.dataset, campaign.version, item.sample_id)


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise InvalidInput("label.suggesting.bad_request", problem=f"it has no text `{name}`")
    return value


def _tasks(body: Mapping[str, Any]) -> list[Any]:
    tasks = body.get("tasks")
    if not isinstance(tasks, list) or len(tasks) > MOST_TASKS:
        problem = f"it has no list `tasks` of at most {MOST_TASKS}"
        raise InvalidInput("label.suggesting.bad_request", problem=problem)
    return tasks


def _source(task: Any, key: str) -> str:
    """Where a task says that its picture is; empty if it does not."""
    data = task.get("data") if isinstance(task, dict) else None
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""
