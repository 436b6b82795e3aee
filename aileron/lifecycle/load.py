"""Find and read the workspace's workflows, laid over the environment's values.

The name of a lifecycle or a pipeline is its file's name; all kinds of workflow share one set of
names, since each becomes a DAG of that name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from aileron.core.documents import Document, check, check_values, read_document, suggestion
from aileron.core.errors import InvalidInput, NotFound
from aileron.core.names import IMPORT
from aileron.core.settings import Settings
from aileron.lifecycle.layers import Layer, merge
from aileron.lifecycle.library import with_library
from aileron.lifecycle.spec import EnvironmentSpec, LifecycleSpec, PipelineSpec
from aileron.lifecycle.workflow import Lifecycle, Pipeline, Workflow
from aileron.lifecycle.works import is_work, list_works, load_work

FOLDERS: Final[Mapping[str, type[LifecycleSpec | PipelineSpec]]] = {
    "lifecycles": LifecycleSpec,
    "pipelines": PipelineSpec,
}
DEFAULT_ENVIRONMENT: Final = "default"


def workflow_files(settings: Settings) -> dict[str, Path]:
    """Name -> file of every workflow.

    Raises:
        InvalidInput: two share a name, or one has the name of work on datasets.
    """
    works = list_works(settings)
    files: dict[str, Path] = {}
    for folder in FOLDERS:
        for path in sorted((settings.workspace / "configs" / folder).glob("*.yaml")):
            if path.stem in files:
                raise InvalidInput(
                    "lifecycle.name_twice", where=str(path), name=path.stem, other=files[path.stem]
                )
            if path.stem in works:
                raise InvalidInput("lifecycle.name_of_work", where=str(path), name=path.stem)
            files[path.stem] = path
    return files


def list_lifecycles(settings: Settings) -> list[str]:
    """Names of the lifecycles and pipelines, sorted."""
    return sorted(workflow_files(settings))


def list_workflows(settings: Settings) -> list[str]:
    """Names of all that becomes a DAG: lifecycles, pipelines, and the work on datasets."""
    return [*list_lifecycles(settings), *list_works(settings)]


def load_lifecycle(settings: Settings, name: str, extra: Sequence[Layer] = ()) -> Workflow:
    """Read workflow `name`, laid over the environment's values, with `extra` layers on top.

    Raises:
        NotFound: there is no such file.
        InvalidInput: the first thing wrong with it, with file and line.
    """
    if is_work(settings, name):
        return load_work(settings, name, extra)
    files = workflow_files(settings)
    if name not in files and name.startswith(IMPORT):
        return load_work(settings, name, extra)  # which says that there is no such dataset
    if name not in files:
        hint = suggestion(name, list(files))
        raise NotFound("lifecycle.unknown", name=name, hint=hint)
    return load_file(settings, files[name], extra)


def load_file(settings: Settings, path: Path, extra: Sequence[Layer] = ()) -> Workflow:
    """Read the workflow at `path`."""
    document = read_document(path)
    model = FOLDERS[path.parent.name]
    below = environment_layer(settings) if model is LifecycleSpec else None
    layers = [below] if below else []
    layers += [Layer(_shown(settings, path), document.values, document), *extra]
    merged = merge(path, _without_foreign_parameters(layers))
    spec = check(model, merged)
    if spec.name != path.stem:
        where = document.where(("name",))
        raise InvalidInput("lifecycle.name_not_file", where=where, name=spec.name, file=path.name)
    if isinstance(spec, LifecycleSpec):
        return Lifecycle(path, merged, with_library(settings, spec, merged))
    return Pipeline(path, merged, spec)


def environment_layer(settings: Settings) -> Layer | None:
    """The values of the environment that is switched on by ``AILERON_ENVIRONMENT``.

    Raises:
        NotFound: it is named and has no file.
        InvalidInput: its file is wrong.
    """
    name = settings.overlay or DEFAULT_ENVIRONMENT
    folder = settings.workspace / "configs" / "environments"
    path = folder / f"{name}.yaml"
    if not path.is_file():
        if settings.overlay is None:
            return None
        hint = suggestion(name, [file.stem for file in folder.glob("*.yaml")])
        raise NotFound("lifecycle.unknown_environment", name=name, hint=hint)
    document = read_document(path)
    spec = check(EnvironmentSpec, document)
    for field in spec.values:
        if field not in _ENVIRONMENT_FIELDS:
            raise InvalidInput(
                "core.unknown_field",
                where=document.where(("values", field)),
                field=f"values.{field}",
                hint=suggestion(field, sorted(_ENVIRONMENT_FIELDS)),
            )
    return Layer(_shown(settings, path), document.values["values"], document, ("values",))


def check_section(document: Document, model: type[Any], path: tuple[str | int, ...]) -> Any:
    """The part of `document` at `path` as a `model`; absent means all defaults."""
    part: Any = document.values
    for key in path:
        part = part.get(key, {}) if isinstance(part, Mapping) else part[int(key)]
    return check_values(model, part, document, path)


def _without_foreign_parameters(layers: Sequence[Layer]) -> Iterator[Layer]:
    """Drop the parameters of an algorithm that a layer further up replaces."""
    chosen = [_algorithm(layer) for layer in layers]
    for i, layer in enumerate(layers):
        later = [name for name in chosen[i + 1 :] if name is not None]
        mine = next((name for name in reversed(chosen[: i + 1]) if name is not None), None)
        foreign = later and (mine is not None) and later[-1] != mine
        train = layer.values.get("train")
        if foreign and isinstance(train, Mapping):
            kept = {key: value for key, value in train.items() if key != "parameters"}
            yield replace(layer, values={**layer.values, "train": kept})
        else:
            yield layer


def _algorithm(layer: Layer) -> Any:
    train = layer.values.get("train")
    return train.get("algorithm") if isinstance(train, Mapping) else None


def _shown(settings: Settings, path: Path) -> str:
    return str(path.relative_to(settings.workspace))


_ENVIRONMENT_FIELDS: Final = {
    info.alias or name
    for name, info in LifecycleSpec.model_fields.items()
    if name not in {"api_version", "kind", "name", "dataset", "display_name", "description"}
}
