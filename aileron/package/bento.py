"""Packaging: a real Bento with the model, the service's runtime and its pins.

The package is the exported Bento directory, so that `bentoml serve` runs it, plus
``requirements.txt`` (exactly what serving needs), ``package.json`` and ``golden.json``.
Equal inputs give equal bytes: what Bento writes of time and chance is normalised.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import Field

from aileron.core.digest import digest_bytes, digest_file, digest_json
from aileron.core.errors import InvalidInput
from aileron.core.names import Name
from aileron.core.ports import ArtifactKind, Port
from aileron.core.settings import SILENT
from aileron.core.steps import Component, Context, StepConfig
from aileron.package.template import TABLE

if TYPE_CHECKING:
    from aileron.serve.model import ModelCard

FORMAT_VERSION: Final = 1
RUNTIME_PACKAGE: Final = "aileron_service"
"""The name under which `aileron.serve` is copied into packages."""
_EPOCH: Final = "1970-01-01T00:00:00+00:00"
_INCLUDE: Final = ("service.py", "service.json", f"{RUNTIME_PACKAGE}/*.py", "model/*")
_SECONDS: Final = 300


class PackageConfig(StepConfig):
    """What can be chosen about a package."""

    name: Name = Field("model", description="name of the model in the Open Inference Protocol")
    template: str = Field(
        TABLE, description="source of the Bento's service.py: the text of bento/table/service.py"
    )
    golden_rows: int = Field(20, ge=1, le=1000, description="test rows kept as golden requests")


class PackageModel(Component[PackageConfig]):
    """Builds the package of a table model."""

    name = "package.bento"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Build package", "zh": "构建服务包"}
    Config = PackageConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "model": Port(ArtifactKind.MODEL, "the model to serve"),
        "dataset": Port(ArtifactKind.DATASET, "where golden rows come from"),
        "split": Port(ArtifactKind.SPLIT, "which rows are test rows"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "package": Port(ArtifactKind.PACKAGE, "the Bento, its pins and golden requests")
    }

    def run(
        self, context: Context, config: PackageConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.package.requirements import RUNTIME, pinned
        from aileron.serve.model import ModelBroken, load

        try:
            model = load(inputs["model"])
        except ModelBroken as error:
            raise InvalidInput("package.model_broken", detail=str(error)) from None
        pins = pinned([*RUNTIME, *model.card.requirements])
        context.log(f"{len(pins)} distributions pinned")
        package = context.output("package")
        # Bento refuses paths with a hidden folder in them, such as the state directory's.
        with tempfile.TemporaryDirectory(prefix="aileron-bento-") as folder:
            source = Path(folder, "source")
            assemble(source, config, inputs["model"], model.card)
            bento = build_bento(source, Path(folder, "bentoml"), config.name, pins)
            shutil.copytree(bento, package)
        normalise(package)
        golden = self._golden(model, config, inputs)
        _write_pins(package, pins)
        _write_json(package / "golden.json", golden)
        _write_json(package / "package.json", describe(package, config, model.card))
        context.log(f"{len(golden)} golden requests over {config.golden_rows} test rows at most")
        return {"package": package}

    def _golden(self, model: Any, config: PackageConfig, inputs: Mapping[str, Path]) -> list[Any]:
        from aileron.package.golden import record
        from aileron.train.tables import SplitTable, plain_rows

        test = SplitTable.read(inputs["dataset"], inputs["split"]).part("test")
        count = min(config.golden_rows, test.num_rows)
        rows = plain_rows(test, model.card.features, range(count))
        return list(record(model, config.name, rows))


def assemble(source: Path, config: PackageConfig, model: Path, card: ModelCard) -> None:
    """Lay out what the Bento is built from: template, runtime, model."""
    (source / RUNTIME_PACKAGE).mkdir(parents=True)
    (source / "model").mkdir()
    (source / "service.py").write_text(config.template, encoding="utf-8")
    _write_json(source / "service.json", {"format_version": FORMAT_VERSION, "name": config.name})
    for module in runtime_modules():
        file = Path(str(module.__file__))
        shutil.copyfile(file, source / RUNTIME_PACKAGE / file.name)
    for name in ("model.json", card.file):
        shutil.copyfile(model / name, source / "model" / name)


def runtime_modules() -> tuple[ModuleType, ...]:
    """All modules of `aileron.serve`. They are imported by name so that this step's cache
    key covers their code."""
    import aileron.serve
    from aileron.serve import __main__ as entry
    from aileron.serve import (
        app,
        body,
        encoding,
        errors,
        front,
        identifiers,
        imports,
        inference,
        main,
        metrics,
        model,
        predict,
        schema,
        server,
        service,
    )

    return (
        *(aileron.serve, entry, app, body, encoding, errors, front, identifiers, imports),
        *(inference, main, metrics, model, predict, schema, server, service),
    )


def build_bento(source: Path, home: Path, name: str, pins: Sequence[str]) -> Path:
    """Run ``bentoml build`` over `source` with its store in `home`; the Bento's directory.

    A process of its own: Bento imports the service it builds.

    Raises:
        InvalidInput: it refuses; its last words are in the sentence.
    """
    version = digest_json([list(pins), _file_digests(source)])[:16]
    build = {
        "service": "service:TableService",
        "name": name,
        "description": f"The model {name}, packaged by Aileron. See package.json.",
        "include": list(_INCLUDE),
        "python": {"packages": list(pins), "lock_packages": False},
    }
    _write_json(source / "bentofile.yaml", build)
    home.mkdir()
    variables = {**os.environ, **SILENT, "BENTOML_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    variables.pop("PYTHONPATH", None)
    words = [sys.executable, "-m", "bentoml", "build", "--version", version, "--output", "tag"]
    done = subprocess.run(
        words,
        cwd=source,
        env=variables,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    bento = home / "bentos" / name / version
    if done.returncode != 0 or not bento.is_dir():
        lines = (done.stderr or done.stdout).strip().splitlines() or ["-"]
        raise InvalidInput("package.bento_failed", detail=lines[-1].strip()[-600:])
    return bento


def normalise(package: Path) -> None:
    """Take out of a Bento what differs between two builds of the same."""
    manifest = package / "bento.yaml"
    text = manifest.read_text(encoding="utf-8")
    text, count = re.subn(r"(?m)^creation_time: .*$", f"creation_time: '{_EPOCH}'", text)
    if count != 1:
        raise InvalidInput("package.bento_failed", detail="bento.yaml has no creation_time")
    manifest.write_text(text, encoding="utf-8")


def describe(package: Path, config: PackageConfig, card: ModelCard) -> dict[str, Any]:
    """package.json."""
    return {
        "format_version": FORMAT_VERSION,
        "service_contract": "table",
        "name": config.name,
        "task": card.task,
        "model_digest": card.file_digest,
        "requirements_digest": digest_file(package / "requirements.txt"),
        "golden_digest": digest_file(package / "golden.json"),
        "entry": f"python -m {RUNTIME_PACKAGE} --package DIR",
        "python": ".".join(map(str, sys.version_info[:2])),
    }


def _file_digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): digest_bytes(p.read_bytes()) for p in files}


def _write_pins(package: Path, pins: Sequence[str]) -> None:
    (package / "requirements.txt").write_text("\n".join(pins) + "\n", encoding="utf-8")


def _write_json(file: Path, value: Any) -> None:
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    file.write_text(text + "\n", encoding="utf-8")
