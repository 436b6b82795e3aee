"""The model of a custom job in its service: files verified, then the job's own code at work.

Every file of ``model/`` has the digest that model.json says, and no other file is there, before
any of the job's code is imported. What that code opens then, a pickle too, it opens in this
process, which holds no credential of the platform.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import orjson

from .custom_contract import Form, NotServing, form_of
from .errors import ServiceError
from .model import FORMAT_VERSION, ModelBroken

logger = logging.getLogger(__name__)

CONTRACT: Final = "custom"
REFUSAL: Final = "CustomException"
"""An error of a class of this name is told to the caller."""
MODEL_FILES: Final = "files"
"""The folder of ``./output``, which the job's code gets as its model's path."""
CODE: Final = "code"
_OPTIONS: Final = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
_TYPES: Final = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(uint8)": "uint8",
    "tensor(bool)": "bool",
}
"""Type of an ONNX input -> what a list that is given for it becomes."""
Ask = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class CustomCard:
    """model.json, as far as the service needs it."""

    folder: Path
    framework: str
    file: str | None
    module: str
    files: Mapping[str, str]
    """Path -> digest of every file of the folders `CODE` and `MODEL_FILES`."""

    @classmethod
    def read(cls, folder: Path) -> CustomCard:
        """model.json of `folder`.

        Raises:
            ModelBroken: it is missing, of another format version, or says nothing of serving.
        """
        try:
            data = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            if data["format_version"] != FORMAT_VERSION or data["contract"] != CONTRACT:
                raise ModelBroken(f"model.json of {folder} is of another format or contract.")
            files = {one["path"]: one["digest"] for one in data["files"]}
            serving = data["serving"]
            module = serving["module"] if serving else None
            card = cls(folder, data["framework"], data["file"], module or "", files)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelBroken(f"model.json of {folder} cannot be read: {error!r}") from error
        if module is None:
            raise ModelBroken("The job has no `serving`, so that nothing says how it answers.")
        return card

    def verify(self) -> None:
        """Raise `ModelBroken` unless the files are exactly those of model.json."""
        there = {
            path.relative_to(self.folder).as_posix(): path
            for name in (CODE, MODEL_FILES)
            for path in (self.folder / name).rglob("*")
            if path.is_file()
        }
        strange = sorted(there.keys() ^ self.files.keys())
        if strange:
            raise ModelBroken(f"model.json and the files of the model differ in {strange[0]}.")
        for name, path in there.items():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if path.is_symlink() or digest != self.files[name]:
                raise ModelBroken(f"{name} is not the file that the job left: its digest differs.")


def load(folder: Path) -> Ask:
    """What answers requests to the model in `folder`.

    Raises:
        ModelBroken: files are missing or others, or the job's code fails while it is loaded.
    """
    card = CustomCard.read(folder)
    card.verify()
    source = (folder / card.module).read_text(encoding="utf-8")
    try:
        form, name = form_of(source, card.framework)
    except NotServing as error:
        raise ModelBroken(f"{card.module} cannot serve: {error}.") from None
    try:
        return _asker(card, form, _import(folder / card.module, folder), name)
    except (Exception, SystemExit) as error:
        logger.exception("loading %s failed", card.module)
        problem = f"{type(error).__name__}: {error}"
        raise ModelBroken(f"{card.module} failed while it was loaded: {problem}") from None


def _import(path: Path, folder: Path) -> ModuleType:
    """The job's module; its siblings can be imported as they were by ``python FILE``."""
    places = [path.parent, folder / CODE]
    sys.path[:0] = [str(place) for place in dict.fromkeys(places) if place.is_dir()]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    sys.dont_write_bytecode = True  # a file that nobody packed would not be verified next time
    spec.loader.exec_module(module)
    return module


def _asker(card: CustomCard, form: Form, module: ModuleType, name: str) -> Ask:
    files = card.folder / MODEL_FILES
    if form == "functions":
        return _functions(module, str(files))
    wrapper = getattr(module, name)(str(files))
    if form == "predict":
        return lambda request: _refusable(wrapper.predict, request)
    return _around(card, wrapper, files)


def _functions(module: ModuleType, model_dir: str) -> Ask:
    model = module.model_fn(model_dir)
    predict = getattr(module, "predict_fn", None) or _predict

    def ask(request: dict[str, Any]) -> Any:
        return module.output_fn(predict(_refusable(module.input_fn, request), model))

    return ask


def _predict(given: Any, model: Any) -> Any:
    """What `model` makes of `given`: torch without gradients, else a call or ``predict``."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        model.eval()
        with torch.inference_mode():
            return model(given)
    return model.predict(given) if hasattr(model, "predict") else model(given)


def _around(card: CustomCard, wrapper: Any, files: Path) -> Ask:
    """`preprocess`, an ONNX model, `postprocess`; their arguments lie beside the model."""
    import numpy as np
    import onnxruntime

    session = onnxruntime.InferenceSession(
        str(card.folder / str(card.file)), providers=["CPUExecutionProvider"]
    )
    types = {one.name: _TYPES.get(one.type) for one in session.get_inputs()}
    before, after = (_arguments(files, name) for name in ("preprocess", "postprocess"))

    def ask(request: dict[str, Any]) -> Any:
        made = _refusable(lambda one: wrapper.preprocess(one, **before), request)
        feeds, _, context = made
        arrays = {
            name: value if isinstance(value, np.ndarray) else np.asarray(value, types.get(name))
            for name, value in feeds.items()
        }
        return wrapper.postprocess(session.run(None, arrays), context, **after)

    return ask


def _arguments(files: Path, name: str) -> dict[str, Any]:
    path = files / f"{name}_args.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _refusable(function: Callable[[dict[str, Any]], Any], request: dict[str, Any]) -> Any:
    """What `function` makes of a request; its ValueError is the caller's fault."""
    try:
        return function(request)
    except ValueError as error:
        raise _refusal(error) from error


def answer(ask: Ask, request: dict[str, Any]) -> bytes:
    """The answer to `request` as a JSON object.

    Raises:
        ServiceError: the job's code refuses the request, and says why.
        Exception: its code fails.
    """
    try:
        found = ask(request)
    except ServiceError:
        raise
    except Exception as error:
        if type(error).__name__ == REFUSAL:
            raise _refusal(error) from error
        raise
    if isinstance(found, str | bytes | bytearray):
        found = _parsed(found)
    if isinstance(found, dict):
        return orjson.dumps(found, option=_OPTIONS)
    key = "results" if isinstance(found, list) else "result"
    return orjson.dumps({key: found}, option=_OPTIONS)


def _parsed(text: str | bytes | bytearray) -> Any:
    """`output_fn` answers with a JSON text; a text that is none is the answer itself."""
    try:
        return orjson.loads(text)
    except ValueError:
        return text if isinstance(text, str) else text.decode("utf-8", "replace")


def _refusal(error: Exception) -> ServiceError:
    said = getattr(error, "message", None) or str(error) or type(error).__name__
    return ServiceError("refused_by_model", problem=str(said))
