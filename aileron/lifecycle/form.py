"""The trigger form: a workflow's parameters as flat fields with type, range and choices.

Structure (stages, runner, schedule) is not here: it is fixed when the DAG is built.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from aileron.cluster.placement import Resources
from aileron.cluster.placing import PodRequest
from aileron.cluster.pools import load_pool
from aileron.core.catalogue import step_class
from aileron.core.documents import FieldPath, suggestion
from aileron.core.errors import InvalidInput
from aileron.data.definition_head import MODE, ImportSection
from aileron.data.source_specs import LOCAL_PLACES
from aileron.lifecycle.compiler import sections, train_step
from aileron.lifecycle.layers import Layer, flat, nested
from aileron.lifecycle.library import algorithm_of
from aileron.lifecycle.placing import RESOURCES, TRAIN
from aileron.lifecycle.publishing import RELEASING
from aileron.lifecycle.work_graphs import operations
from aileron.lifecycle.workflow import (
    Export,
    ImageBuild,
    Import,
    Job,
    Lifecycle,
    Operation,
    Pipeline,
    Publication,
    Workflow,
)
from aileron.train.job.spec import JobSpec

Schema = dict[str, Any]

FORCE: Final = "force"
OVERRIDE: Final = "algorithm_override"
SET: Final = "set"
FORM: Final = "form"
"""Name of the layer of form values."""
COMMAND_LINE: Final = "--set"

_FORM_SECTIONS: Final = {"split": "Split", "evaluate": "Evaluation", "gate": "Gate"}
_FIXED: Final = frozenset(
    {
        ("runtime", "runner"),
        ("runtime", "pool"),
        ("release",),
        ("release", "target"),
        ("release", "pool"),
    }
)
_SOURCES: Final = ("source", "sources")
_JOB: Final = ("train", "job")
"""What code runs, which a lifecycle's file alone says; its parameters are each run's to choose."""
_SCALARS: Final = frozenset({"string", "number", "integer", "boolean"})

SIZE: Final[Mapping[str, Any]] = {
    "type": "string",
    "title": "Size",
    "description": "What the pod of the training is given.",
    "section": "Place",
}


@dataclass(frozen=True)
class Field:
    """One field of the form.

    `path` is where its value goes in the document, None for the fields that steer the run.
    `schema` is a JSON Schema with `default`, `description` and Airflow's `section`; `package`
    has its words in other languages.
    """

    name: str
    path: str | None
    schema: Mapping[str, Any]
    package: str = "lifecycle"


def form_parameters(workflow: Workflow) -> dict[str, Schema]:
    """Field name -> JSON Schema with its default, in the order of the form."""
    return {field.name: dict(field.schema) for field in form_fields(workflow)}


def form_fields(workflow: Workflow) -> list[Field]:
    """The form of `workflow`; names are unique, an ambiguous one gets its section in front."""
    fields: list[Field] = []
    for field in _all_fields(workflow):
        taken = any(other.name == field.name for other in fields)
        name = (field.path or field.name).replace(".", "_") if taken else field.name
        fields.append(replace(field, name=name))
    return fields


def form_layers(
    workflow: Workflow, values: Mapping[str, Any], overrides: Mapping[str, Any]
) -> list[Layer]:
    """What the form and ``--set path=value`` lay over the document.

    A form always sends all of its fields; those left at their default say nothing.

    Raises:
        InvalidInput: a field that the form does not have, or a source that is a path of this
            machine: who may start a run may not read any file of the server. Or something
            that the DAG was built from, or a pod's place: who may start a run chooses how much
            a pod is given, not what it runs, on which nodes and with which volumes.
    """
    layers = list(_layers(workflow, values, overrides))
    for layer in layers:
        for path, value in flat(layer.values):
            if _is_structure(workflow, path):
                field = ".".join(map(str, path))
                raise InvalidInput("lifecycle.fixed_field", where=layer.name, field=field)
            if path[0] in _SOURCES and path[-1] in LOCAL_PLACES and value is not None:
                field = ".".join(map(str, path))
                raise InvalidInput(
                    "lifecycle.source_of_this_machine", where=layer.name, field=field
                )
    return layers


def _is_structure(workflow: Workflow, path: FieldPath) -> bool:
    """Whether the value at `path` decides which tasks the DAG has, or where their pods run."""
    if isinstance(workflow, Job):
        return False  # `aileron.train.job.spec` says what one may ask for
    if path[:2] == _JOB:  # less than a field of it is all of it
        return path[2:3] != ("parameters",)
    if path[0] == "nodes":  # less than a field of a node is whole nodes, with all they hold
        asked = path[2:3] == ("resources",) and _is_place(path[3:])
        return len(path) < 3 or path[2] == "runner" or asked
    if path[:2] == RESOURCES:
        pods = {TRAIN, *workflow.spec.runtime.resources}
        return path[2:3] not in {(pod,) for pod in pods} or _is_place(path[3:])
    return path in _FIXED


def _is_place(path: FieldPath) -> bool:
    """Whether a value of a `PodRequest` is more than how much: an image, a volume, a node."""
    return path not in {(name,) for name in ("size", *Resources.model_fields)}


def _layers(
    workflow: Workflow, values: Mapping[str, Any], overrides: Mapping[str, Any]
) -> Iterator[Layer]:
    fields = {field.name: field for field in form_fields(workflow)}
    changed: dict[str, Any] = {}
    for name, value in values.items():
        if name not in fields:
            hint = suggestion(name, list(fields))
            raise InvalidInput("lifecycle.unknown_field", where=FORM, name=name, hint=hint)
        field = fields[name]
        if field.path is not None and value != field.schema.get("default"):
            changed[field.path] = value
    if changed:
        yield Layer(FORM, nested(changed))
    if values.get(OVERRIDE):
        yield _override_layer(values[OVERRIDE])
    direct = {**(values.get(SET) or {}), **overrides}
    if direct:
        yield Layer(COMMAND_LINE, nested(direct))


def _override_layer(value: Any) -> Layer:
    if not isinstance(value, Mapping) or not value.get("algorithm"):
        raise InvalidInput("lifecycle.bad_override", where=f"{FORM}: {OVERRIDE}")
    return Layer(f"{FORM}: {OVERRIDE}", {"train": dict(value)})


def _all_fields(workflow: Workflow) -> Iterator[Field]:
    if isinstance(workflow, Lifecycle):
        yield from _lifecycle_fields(workflow)
    elif isinstance(workflow, Pipeline):
        yield from _pipeline_fields(workflow)
    elif isinstance(workflow, Import):
        yield from _import_fields(workflow)
    elif isinstance(workflow, Job):
        yield from _job_fields(workflow)
    else:
        yield from _work_fields(workflow)
    if not isinstance(workflow, Import | Export | Publication):
        yield _seed(workflow)
    yield _steering(FORCE, "Run every step anew, whatever the cache holds.", "boolean", False)
    example = next(text for kind, text in _EXAMPLES.items() if isinstance(workflow, kind))
    yield _steering(SET, f"Any other value by its path: {example}.", "object", {})


_EXAMPLES: Final[Mapping[type[Workflow], str]] = {
    Import: '{"source.upload": "the id of an upload"}',
    Operation: '{"sources.changes.upload": "the id of an upload"}',
    Export: '{"options.joined_by": ","}',
    Job: '{"code.folder": "jobs/mine"}',
    ImageBuild: '{"version_id": 3}',
    Publication: '{"thresholds.accuracy.min": 0.9}',
    Pipeline: '{"nodes.0.config.seed": 3}',
    Workflow: '{"train.parameters.max_depth": 3}',
}
"""Kind of workflow -> what its field `set` may hold, the most special kind first."""


def _seed(workflow: Workflow) -> Field:
    return Field(
        "seed",
        "seed",
        {
            "type": "integer",
            "minimum": 0,
            "maximum": 2**32 - 1,
            "default": workflow.spec.seed,
            "title": "Seed",
            "description": "Seed of every random choice.",
            "section": "Run",
        },
    )


def _steering(name: str, description: str, kind: str, default: Any) -> Field:
    return Field(
        name,
        None,
        {"type": kind, "default": default, "description": description, "section": "Run"},
    )


def _lifecycle_fields(workflow: Lifecycle) -> Iterator[Field]:
    yield from _size_field(workflow)
    yield from _training_fields(workflow)
    for section, title in _FORM_SECTIONS.items():
        step = sections(workflow)[section]
        given = getattr(workflow.spec, section)
        yield from _config_fields(step, section, given, title, prefix=f"{section}_")
    yield Field(
        OVERRIDE,
        None,
        {
            "type": ["object", "null"],
            "default": None,
            "description": "Another algorithm: "
            '{"algorithm": "logistic_regression", "parameters": {"C": 0.5}}.',
            "section": "Training, another algorithm",
        },
    )


def _training_fields(workflow: Lifecycle) -> Iterator[Field]:
    """The parameters of the algorithm, be it a preset one or of the library, or of own code."""
    train = workflow.spec.train
    algorithm = algorithm_of(workflow)
    if algorithm is not None:
        title = f"Training ({algorithm.display_name or algorithm.name})"
        schema = algorithm.parameters_model().model_json_schema()
        yield from _schema_fields(schema, "train", "train.parameters", train.parameters, title, "")
    elif train.job is not None:
        parameters = train.job.parameters
        yield from _deeper_fields(parameters, "train.job.parameters", "", "Training (own code)")
    else:
        title = f"Training ({train.algorithm})"
        given = train.parameters
        yield from _config_fields(train_step(workflow), "train.parameters", given, title, prefix="")


def _size_field(workflow: Lifecycle) -> Iterator[Field]:
    """What the training's pod is given, where it runs in one."""
    runtime = workflow.spec.runtime
    asked = runtime.resources.get(TRAIN, PodRequest())
    name = asked.pool or runtime.pool
    if runtime.runner == "process" or name is None:
        return
    pool = load_pool(workflow.workspace, name)
    chosen = {"enum": list(pool.sizes), "default": asked.size or pool.default_size}
    yield Field("size", ".".join((*RESOURCES, TRAIN, "size")), {**SIZE, **chosen})


def _pipeline_fields(workflow: Pipeline) -> Iterator[Field]:
    for i, node in enumerate(workflow.spec.nodes):
        if node.get("name") in workflow.spec.form:
            step, given = str(node["step"]), node.get("config", {})
            prefix = f"{node['name']}_"
            yield from _config_fields(
                step, f"nodes.{i}.config", given, str(node["name"]), prefix=prefix
            )


def _import_fields(workflow: Import) -> Iterator[Field]:
    """The scalars of the definition; its name is fixed."""
    dataset = workflow.dataset
    for field in _config_fields(dataset.ingest_step, "", dataset.ingest, "Import", prefix=""):
        if field.path != "name":
            yield field
    mode = ImportSection.model_json_schema()["properties"]["mode"]
    chosen = {"default": dataset.definition.import_.mode, "section": "Import"}
    yield Field("mode", MODE, {**mode, **chosen})


def _work_fields(workflow: Workflow) -> Iterator[Field]:
    """The fields of the own document of an operation, an export or a publication."""
    properties = type(workflow.spec).model_json_schema()["properties"]
    registers = isinstance(workflow, Publication) and not workflow.releases
    left_out = RELEASING if registers else ()
    for name in _WORK_FIELDS:
        if name in properties and name not in left_out:
            simple = simplified(properties[name], {})
            if name == "operation":
                simple["enum"] = sorted(operations())
            default = getattr(workflow.spec, name)
            section = "Publication" if isinstance(workflow, Publication) else "Dataset"
            described = {"type": "object", **simple, "default": default, "section": section}
            yield Field(name, name, described)


def _job_fields(workflow: Job) -> Iterator[Field]:
    """The fields of the job's document."""
    schema = JobSpec.model_json_schema()
    given = workflow.asked.model_dump(mode="json") if workflow.asked else {}
    own = type(workflow.spec).model_json_schema()["properties"]["job"]
    yield Field("job", "job", {**own, "default": workflow.spec.job, "section": "Job"})
    for name, raw in schema["properties"].items():
        if name in _NOT_OF_JOB or (name == "resources" and not workflow.in_pods):
            continue
        simple = simplified(raw, schema["$defs"])
        if "type" not in simple or name in schema["required"]:
            simple = {**simple, "type": [simple.get("type", "object"), "null"]}
        described = {**simple, "default": given.get(name, raw.get("default")), "section": "Job"}
        yield Field(name, name, described)


_NOT_OF_JOB: Final = ("runner", "seed")
"""Of a job's document: the workflow says the runner, and every form has a seed."""
_WORK_FIELDS: Final = (
    *("operation", "dataset", "version", "other", "format", "options"),
    *("run", "model", "service", "thresholds", "package", "boot_check"),
)


def _config_fields(
    step: str, path: str, given: Mapping[str, Any], title: str, *, prefix: str
) -> Iterator[Field]:
    """Fields for the scalars of a step's config, and for scalars that `given` holds deeper down."""
    schema = step_class(step).Config.model_json_schema()
    yield from _schema_fields(schema, step.partition(".")[0], path, given, title, prefix)


def _schema_fields(
    schema: Mapping[str, Any],
    package: str,
    path: str,
    given: Mapping[str, Any],
    title: str,
    prefix: str,
) -> Iterator[Field]:
    for name, raw in schema.get("properties", {}).items():
        simple = simplified(raw, schema.get("$defs", {}))
        default = given.get(name, simple.get("default"))
        if _is_scalar(simple) and (default is not None or "null" in _types(simple)):
            described = {**simple, "default": default, "section": title}
            yield Field(prefix + name, f"{path}.{name}".lstrip("."), described, package)
        elif isinstance(default, Mapping):
            deeper = f"{path}.{name}".lstrip(".")
            yield from _deeper_fields(default, deeper, f"{prefix}{name}", title)


def _deeper_fields(
    values: Mapping[str, Any], path: str, prefix: str, title: str
) -> Iterator[Field]:
    for keys, value in flat(values):
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        name = f"{prefix}_{'_'.join(map(str, keys))}"
        where = f"{path}.{'.'.join(map(str, keys))}"
        schema = {"type": "number", "default": value, "description": where, "section": title}
        yield Field(name, where, schema)


def simplified(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Schema:
    """A field's schema without references and unions, as Airflow's form understands it.

    ``anyOf [X, null]`` becomes ``type: [x, null]``; a closed set becomes ``enum``.
    """
    if "$ref" in schema:
        target = definitions[schema["$ref"].rpartition("/")[2]]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    if "anyOf" in schema:
        options = [simplified(option, definitions) for option in schema["anyOf"]]
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        real = [option for option in options if option.get("type") != "null"]
        if len(real) != 1:
            return rest
        types = [*_types(real[0]), *(["null"] if len(real) < len(options) else [])]
        schema = {**real[0], **rest, "type": types if len(types) > 1 else types[0]}
        if "enum" in schema and "null" in types:
            schema["enum"] = [*schema["enum"], None]
    if "const" in schema:
        schema = {**schema, "enum": [schema["const"]]}
    return {key: value for key, value in schema.items() if key != "const"}


def _types(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def _is_scalar(schema: Mapping[str, Any]) -> bool:
    types = set(_types(schema)) - {"null"}
    return bool(types) and types <= _SCALARS
