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
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import ConfigDict, Field

from aileron.core.digest import digest_bytes, digest_file, digest_json
from aileron.core.errors import InvalidInput
from aileron.core.names import Name
from aileron.core.ports import ArtifactKind, Port
from aileron.core.settings import SILENT
from aileron.core.steps import Component, Context, StepConfig

if TYPE_CHECKING:
    from aileron.package.contents import Contents

FORMAT_VERSION: Final = 1
RUNTIME_PACKAGE: Final = "aileron_service"
"""The name under which `aileron.serve` is copied into packages."""
_EPOCH: Final = "1970-01-01T00:00:00+00:00"
_INCLUDE: Final = ("service.py", "*.json", f"{RUNTIME_PACKAGE}/*.py", "model/*")
_SECONDS: Final = 300


class PictureOptions(StepConfig):
    """What the service of a model of pictures takes; null is found in the dataset."""

    model_config = ConfigDict(title="Pictures")

    shortest_side: int | None = Field(
        None, ge=1, description="least pixels; null is 15, or what the dataset's smallest has"
    )
    longest_side: int | None = Field(
        None, ge=1, le=20_000, description="most pixels; null is 4096, or the dataset's largest"
    )
    picture_bytes: int | None = Field(
        None,
        ge=1024,
        le=11 << 20,
        description="most bytes of a file; null is 3 MiB (4 MiB in base64), or the dataset's",
    )
    threads: int | None = Field(
        None, ge=1, le=64, description="pictures at work at a time; null is one per core, up to 8"
    )


class PackageConfig(StepConfig):
    """What can be chosen about a package."""

    name: Name = Field("model", description="name of the model in the Open Inference Protocol")
    template: str | None = Field(
        None,
        description="source of the Bento's service.py: the text of bento/CONTRACT/service.py; null "
        "is the shipped one of the model's contract",
    )
    golden_rows: int = Field(
        20, ge=1, le=1000, description="test rows or pictures kept as golden requests"
    )
    pictures: PictureOptions | None = Field(
        None, description="of a model of pictures: what its service takes"
    )


class PackageModel(Component[PackageConfig]):
    """Builds the package of a model, by its task contract."""

    name = "package.bento"
    version = 3
    title: ClassVar[Mapping[str, str]] = {"en": "Build package", "zh": "构建服务包"}
    Config = PackageConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "model": Port(ArtifactKind.MODEL, "the model to serve"),
        "dataset": Port(ArtifactKind.DATASET, "where golden requests come from", optional=True),
        "split": Port(ArtifactKind.SPLIT, "which samples are for the test", optional=True),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "package": Port(ArtifactKind.PACKAGE, "the Bento, its pins and golden requests")
    }

    def run(
        self, context: Context, config: PackageConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.package.contents import contents_of
        from aileron.package.requirements import RUNTIME, pinned

        contents = contents_of(config, inputs)
        pins = pinned([*RUNTIME, *contents.requirements])
        context.log(f"{len(pins)} distributions pinned")
        package = context.output("package")
        # Bento refuses paths with a hidden folder in them, such as the state directory's.
        with tempfile.TemporaryDirectory(prefix="aileron-bento-") as folder:
            source = Path(folder, "source")
            assemble(source, config, inputs["model"], contents)
            bento = build_bento(source, Path(folder, "bentoml"), config.name, pins, contents)
            shutil.copytree(bento, package)
        normalise(package)
        _write_pins(package, pins)
        golden = contents.golden(package, context.work / "golden")
        _write_json(package / "golden.json", golden)
        _write_json(package / "package.json", describe(package, config, contents))
        asked = f"over {config.golden_rows} samples at most" if golden else "(nothing to ask)"
        context.log(f"{len(golden)} golden requests {asked}")
        return {"package": package}


def assemble(source: Path, config: PackageConfig, model: Path, contents: Contents) -> None:
    """Lay out what the Bento is built from: template, runtime, model."""
    (source / RUNTIME_PACKAGE).mkdir(parents=True)
    (source / "model").mkdir()
    template = contents.template if config.template is None else config.template
    (source / "service.py").write_text(template, encoding="utf-8")
    about = {
        "format_version": FORMAT_VERSION,
        "name": config.name,
        "contract": contents.contract,
        **contents.settings(),
    }
    _write_json(source / "service.json", about)
    sample = contents.sample()
    if sample is not None:
        _write_json(source / "sample.json", sample)
    for module in contents.modules():
        file = Path(str(module.__file__))
        shutil.copyfile(file, source / RUNTIME_PACKAGE / file.name)
    for name in contents.files():
        (source / "model" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(model / name, source / "model" / name)


def build_bento(
    source: Path, home: Path, name: str, pins: Sequence[str], contents: Contents
) -> Path:
    """Run ``bentoml build`` over `source` with its store in `home`; the Bento's directory.

    A process of its own: Bento imports the service it builds.

    Raises:
        InvalidInput: it refuses; its last words are in the sentence.
    """
    version = digest_json([list(pins), _file_digests(source)])[:16]
    build = {
        "service": f"service:{contents.service}",
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
        detail = lines[-1].strip()[-600:]
        template = f"bento/{contents.contract}/service.py"
        raise InvalidInput("package.bento_failed", detail=detail, template=template)
    return bento


def normalise(package: Path) -> None:
    """Take out of a Bento what differs between two builds of the same."""
    manifest = package / "bento.yaml"
    text = manifest.read_text(encoding="utf-8")
    text, count = re.subn(r"(?m)^creation_time: .*$", f"creation_time: '{_EPOCH}'", text)
    if count != 1:
        detail = "bento.yaml has no creation_time"
        raise InvalidInput("package.bento_failed", detail=detail, template="bento.yaml")
    manifest.write_text(text, encoding="utf-8")


def describe(package: Path, config: PackageConfig, contents: Contents) -> dict[str, Any]:
    """package.json."""
    return {
        "format_version": FORMAT_VERSION,
        "service_contract": contents.contract,
        "name": config.name,
        "task": contents.task,
        "model_digest": contents.file_digest,
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
