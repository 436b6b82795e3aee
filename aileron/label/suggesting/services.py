"""Which services can suggest: those of the project that say what is in pictures."""

from __future__ import annotations

from dataclasses import dataclass

from aileron.core.errors import InvalidInput, NotFound, StepFailed
from aileron.label.spec import LabelSpec
from aileron.ledger import Champion, Ledger, Service
from aileron.store import Store

CONTRACT = "image"
_SHOWN = 20
"""Classes that a sentence names."""


@dataclass(frozen=True)
class ImageService:
    """A service that says what is in pictures."""

    project: str
    name: str
    model: str
    version: int
    """Of the model that is the champion."""
    several: bool
    """A picture may have any number of labels."""
    classes: tuple[str, ...]

    @property
    def model_version(self) -> str:
        """What people and Label Studio read."""
        return version_name(self.model, self.version)


class ImageServices:
    """The image services of an installation. Threads may share one."""

    def __init__(self, ledger: Ledger, store: Store) -> None:
        self._ledger = ledger
        self._store = store

    def find(self, project: str, name: str) -> ImageService:
        """The service of that name.

        Raises:
            NotFound: there is none, or nothing serves there yet; says which can suggest.
            InvalidInput: it takes no pictures.
        """
        service = self._ledger.services.get(project, name)
        champion = self._champion(service)
        found = service and champion and self._read(service, champion)
        if found:
            return found
        others = ", ".join(one.name for one in self.all(project)) or "-"
        if champion is None:
            raise NotFound("label.suggesting.no_service", service=name, others=others)
        raise InvalidInput("label.suggesting.no_pictures", service=name, others=others)

    def all(self, project: str) -> list[ImageService]:
        """Those of the project, by name."""
        pairs = ((one, self._champion(one)) for one in self._ledger.services.list(project))
        found = (self._read(one, champion) for one, champion in pairs if champion is not None)
        return [one for one in found if one is not None]

    def check(self, project: str, name: str, spec: LabelSpec) -> ImageService:
        """The service that suggests in a campaign of `spec`, which is complete.

        Raises:
            NotFound, InvalidInput: it cannot suggest there; says why, and which could.
        """
        if spec.modality != "image" or spec.task != "classification":
            raise InvalidInput(
                "label.suggesting.other_task",
                modality=str(spec.modality),
                task=str(spec.task).replace("_", " "),
            )
        service = self.find(project, name)
        if not set(service.classes) & set(spec.class_names):
            raise InvalidInput(
                "label.suggesting.no_class",
                service=name,
                classes=", ".join(service.classes[:_SHOWN]),
                wanted=", ".join(spec.class_names[:_SHOWN]),
            )
        return service

    def version_of(self, service: ImageService, revision: int | None) -> str:
        """The name of the model version that a revision of the service serves."""
        found = None
        if revision is not None:
            found = self._ledger.revisions.get(service.project, service.name, revision)
        return version_name(found.model, found.model_version) if found else service.model_version

    def _champion(self, service: Service | None) -> Champion | None:
        if service is None:
            return None
        champion = self._ledger.champions.get(service.project, service.model)
        return champion if champion is not None and champion.is_of(service) else None

    def _read(self, service: Service, champion: Champion) -> ImageService | None:
        try:
            card = self._store.read_json(champion.model_reference, "model.json")
        except (NotFound, StepFailed, ValueError):
            return None
        if not isinstance(card, dict) or card.get("contract") != CONTRACT:
            return None
        return ImageService(
            project=service.project,
            name=service.name,
            model=service.model,
            version=champion.version,
            several=card["task"] == "multi_label",
            classes=tuple(str(one) for one in card["classes"]),
        )


def version_name(model: str, version: int) -> str:
    """How a version of a model is called where suggestions are kept."""
    return f"{model}/{version}"
