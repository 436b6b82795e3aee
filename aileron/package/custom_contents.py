"""The contents of a package with a custom job's model.

The model is not loaded here: its files may be pickles, which only the job's own code opens, in
the service's own process. So the golden request is recorded by starting the package and asking
it the job's sample.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from aileron.core.errors import InvalidInput, StepFailed
from aileron.package.contents import Contents
from aileron.package.runtime import custom_modules
from aileron.package.template import CUSTOM

if TYPE_CHECKING:
    from aileron.package.bento import PackageConfig
    from aileron.package.golden import Golden

READY_SECONDS: Final = 120
TOLERANCE: Final = 1e-4
"""Processors add up float32 in another order."""
LIBRARIES: Final[Mapping[str, Sequence[str]]] = {
    "pytorch": ("torch",),
    "sklearn": ("scikit-learn",),
    "xgboost": ("xgboost-cpu", "xgboost"),
    "onnx": ("onnxruntime",),
    "tensorflow": ("tensorflow",),
    "paddle": ("paddlepaddle",),
}
"""Framework -> the distributions of which the one that is installed is needed to serve."""


class CustomContents(Contents):
    """A job's files, its serving code, and the sample that it names."""

    contract: ClassVar[str] = "custom"
    template: ClassVar[str] = CUSTOM
    service: ClassVar[str] = "CustomService"

    def __init__(self, config: PackageConfig, inputs: Mapping[str, Path]) -> None:
        from aileron.serve.custom_model import CustomCard

        if config.pictures is not None:
            raise InvalidInput("package.no_pictures")
        document = json.loads((inputs["model"] / "model.json").read_text(encoding="utf-8"))
        if document["serving"] is None:
            raise InvalidInput("package.not_serving", problem="its job has no `serving`")
        card = CustomCard.read(inputs["model"])
        card.verify()
        self._files = tuple(sorted(card.files))
        self._sample: dict[str, Any] | None = document["serving"]["sample"]
        self.requirements = _requirements(card.framework, document["serving"]["requirements"])
        self.task = document["task"]
        self.file, self.file_digest = "model.json", document["file_digest"]

    def files(self) -> Sequence[str]:
        return ("model.json", *self._files)

    def modules(self) -> tuple[ModuleType, ...]:
        return custom_modules()

    def settings(self) -> dict[str, Any]:
        return {}

    def sample(self) -> dict[str, Any] | None:
        return self._sample

    def golden(self, package: Path, work: Path) -> Sequence[Golden]:
        """The sample with the answer of the package itself; nothing without a sample.

        Raises:
            StepFailed: the package does not start, or does not answer the sample.
        """
        from aileron.package.booted import Booted
        from aileron.package.environment import serving_environment

        if self._sample is None:
            return ()
        home = Path(os.environ.get("AILERON_HOME") or work)
        python = serving_environment(package / "requirements.txt", home)
        booted = Booted.start(python, package, work)
        try:
            booted.wait_ready(READY_SECONDS)
            status, answer = booted.ask("/predict", self._sample)
            if status != 200:
                raise StepFailed(
                    "package.sample_refused",
                    status=status,
                    answer=str(answer)[:500],
                    log=booted.last_words(),
                )
            booted.stop()
        finally:
            booted.kill()
        golden = {"path": "/predict", "request": self._sample, "response": answer}
        return ({**golden, "tolerance": TOLERANCE},)


def _requirements(framework: str, written: Sequence[str]) -> tuple[str, ...]:
    """What the job says, and its framework's library as it is installed here if it does not."""
    libraries = LIBRARIES.get(framework, ())
    named = {canonicalize_name(Requirement(text).name) for text in written}
    if named & set(libraries):
        return tuple(written)
    for name in libraries:
        try:
            return (*written, f"{name}=={distribution(name).version}")
        except PackageNotFoundError:
            continue
    return tuple(written)
