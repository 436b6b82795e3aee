"""What a job's ``./output`` must hold to be a model of its framework (BML-JOB-12).

Names and first bytes are looked at, and nothing is loaded: a pickle is code, and stays bytes
until the job's own serving code opens it in the service's process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.train.job.files import files_below, shown
from aileron.train.job.spec import Framework

HEAD: Final = 4096
"""Bytes of a file that are looked at."""
_ZIP: Final = b"PK\x03\x04"
_COMPRESSED: Final = (
    b"\x78",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\x5d\x00\x00",
    b"\x04\x22\x4d\x18",
)
"""zlib, gzip, bz2, xz, lzma and lz4, as joblib writes them."""


def _pickle(head: bytes) -> bool:
    return head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")


def _joblib(head: bytes) -> bool:
    return _pickle(head) or head.startswith(_COMPRESSED)


def _zip(head: bytes) -> bool:
    return head.startswith(_ZIP)


def _torch(head: bytes) -> bool:
    """Since 1.6 a zip; before, and with ``pickle.dump``, a pickle."""
    return _zip(head) or _pickle(head)


def _safetensors(head: bytes) -> bool:
    return len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 30


def _xgboost_json(head: bytes) -> bool:
    return head.lstrip().startswith(b"{") and b'"learner"' in head


def _xgboost_ubj(head: bytes) -> bool:
    return head.startswith(b"{") and b"learner" in head


def _onnx(head: bytes) -> bool:
    """Field 1 of a ModelProto, its ir_version, comes first."""
    return head.startswith(b"\x08")


def _anything(head: bytes) -> bool:
    return bool(head)


@dataclass(frozen=True)
class Layout:
    """The endings of a framework's model files, and what such a file begins with."""

    endings: Mapping[str, Callable[[bytes], bool]]
    names: tuple[str, ...]
    """Names that are taken before others."""
    wanted: str
    """What is looked for, in words."""


LAYOUTS: Final[Mapping[Framework, Layout]] = {
    "pytorch": Layout(
        {
            ".pkl": _torch,
            ".pt": _torch,
            ".pth": _torch,
            ".pt2": _zip,
            ".safetensors": _safetensors,
        },
        ("model.pkl", "model.pt", "model.pth", "model.pt2", "model.safetensors"),
        "model.pkl, *.pt, *.pth, *.pt2, *.safetensors",
    ),
    "sklearn": Layout(
        {".skops": _zip, ".pickle": _pickle, ".pkl": _joblib, ".joblib": _joblib},
        ("model.skops", "clf.pickle", "clf.pkl"),
        "model.skops, clf.pickle, clf.pkl, *.joblib",
    ),
    "xgboost": Layout(
        {".json": _xgboost_json, ".ubj": _xgboost_ubj, ".pickle": _pickle, ".pkl": _joblib},
        ("model.json", "model.ubj", "clf.pickle", "clf.pkl"),
        "model.json, model.ubj, clf.pickle",
    ),
    "onnx": Layout({".onnx": _onnx}, ("model.onnx",), "model.onnx"),
    "paddle": Layout(
        {".pdmodel": _anything, "": _anything},
        ("model.pdmodel", "model"),
        "model.pdmodel + model.pdiparams, model + params",
    ),
    "tensorflow": Layout({".pb": _anything}, ("saved_model.pb",), "saved_model.pb + variables/"),
}


def model_path(framework: Framework, output: Path, named: str | None) -> Path | None:
    """The model's file, or a SavedModel's folder, in `output`; None of ``other`` without a name.

    Args:
        named: ``model_file`` of the job, relative to `output`.

    Raises:
        InvalidInput: it is not there, or is no model of the framework; says what is missing.
    """
    if named is not None:
        return _named(framework, output, named)
    if framework == "other":
        return None
    layout = LAYOUTS[framework]
    found = [path for path in sorted(files_below(output)) if _fits(layout, path)]
    firsts = [path for name in layout.names for path in found if path.name == name]
    chosen = firsts[:1] or found
    if not chosen:
        there = _shown(output)
        raise InvalidInput(
            "train.job.no_model", framework=framework, wanted=layout.wanted, found=there
        )
    if len(chosen) > 1:
        files = ", ".join(shown(path.relative_to(output).as_posix()) for path in chosen[:5])
        raise InvalidInput("train.job.several_models", framework=framework, files=files)
    return _complete(framework, output, chosen[0])


def _named(framework: Framework, output: Path, named: str) -> Path:
    path = output / named
    inside = path.resolve().is_relative_to(output.resolve())
    if not inside or not path.exists() or path.resolve() == output.resolve():
        raise InvalidInput("train.job.model_file_missing", file=named, found=_shown(output))
    if framework == "other":
        return path
    if framework == "tensorflow" and path.is_dir():
        path = path / "saved_model.pb"
    layout = LAYOUTS[framework]
    if not _fits(layout, path):
        raise InvalidInput(
            "train.job.not_of_framework", file=named, framework=framework, wanted=layout.wanted
        )
    return _complete(framework, output, path)


def _fits(layout: Layout, path: Path) -> bool:
    """By its ending and its first bytes; a file without ending only by its name."""
    begins = layout.endings.get(path.suffix)
    if begins is None or not path.is_file() or path.is_symlink():
        return False
    if not path.suffix and path.name not in layout.names:
        return False
    with path.open("rb") as file:
        return begins(file.read(HEAD))


def _complete(framework: Framework, output: Path, path: Path) -> Path:
    """`path` or the folder that is the model, once its second half is there, too."""
    if framework == "paddle":
        other = path.with_suffix(".pdiparams") if path.suffix else path.with_name("params")
    elif framework == "tensorflow":
        other, path = path.parent / "variables", path.parent
    else:
        return path
    if not other.exists():
        raise InvalidInput(
            "train.job.half_a_model",
            file=path.relative_to(output).as_posix(),
            missing=other.relative_to(output).as_posix(),
        )
    return path


def _shown(output: Path) -> str:
    """Some of what lies in `output`, for a sentence."""
    files = [path for path in sorted(files_below(output)) if path.is_file()]
    names = [shown(path.relative_to(output).as_posix()) for path in files[:8]]
    return ", ".join(names) + (", ..." if len(files) > len(names) else "") if names else "-"
