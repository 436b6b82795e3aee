"""The library of algorithms: documents of the workspace, and who may use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from aileron.client import records as r
from aileron.client.algorithms import AlgorithmVerbs
from aileron.client.local.installation import Scope
from aileron.client.local.job_checks import check_upload
from aileron.core.access import NEEDS, Permission, Role, authorize
from aileron.core.catalogue import installed, step_class
from aileron.core.documents import check_values, suggestion
from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound, Refused
from aileron.core.names import check_name
from aileron.ledger import AlgorithmEntry, Visibility
from aileron.lifecycle.compiler import algorithms as preset_names
from aileron.lifecycle.compiler import step_modality
from aileron.lifecycle.library import library_names, unmet_points
from aileron.lifecycle.load import list_lifecycles, load_lifecycle
from aileron.lifecycle.registering import register, unregister
from aileron.lifecycle.workflow import Lifecycle
from aileron.train.job.library import CODE, algorithm_folder, load_algorithm

REGISTER = "algorithm.register"
CHANGE = "algorithm.change"
DELETE = "algorithm.delete"


class LocalAlgorithms(AlgorithmVerbs):
    """What `LocalClient` inherits."""

    _scope: Scope

    def algorithms(self) -> tuple[r.AlgorithmBrief, ...]:
        scope = self._scope
        authorize(scope.actor, "read", scope.project)
        own = (_brief(scope, name) for name in library_names(scope.settings.workspace))
        presets = (r.AlgorithmBrief(**_preset(name)) for name in preset_names())
        return (*presets, *(one for one in own if one is not None))

    def algorithm(self, name: str) -> r.Algorithm:
        scope = self._scope
        authorize(scope.actor, "read", scope.project)
        if name in preset_names():
            return _whole_preset(scope, name)
        _seen(scope, name)
        return _whole(scope, name)

    def register_algorithm(self, definition: Mapping[str, Any], upload: str) -> r.Algorithm:
        scope = self._scope
        authorize(scope.actor, REGISTER, scope.project)
        given = check_values(
            r.RegisterAlgorithm, {"definition": dict(definition), "upload": upload}
        )
        name = check_name(str(given.definition.get("name", "")))
        if f"train.{name}" in installed():
            raise Conflict("train.job.algorithm_preset", name=name)
        check_upload(scope, given.upload)
        register(scope.settings, given.definition, given.upload, _noted(scope, name))
        return _whole(scope, name)

    def change_algorithm(
        self, name: str, *, online: bool | None = None, visibility: str | None = None
    ) -> r.Algorithm:
        scope = self._scope
        asked = check_values(r.ChangeAlgorithm, {"online": online, "visibility": visibility})
        entry = _mine(scope, name, CHANGE)
        preset = asked.visibility == Visibility.PRESET.value
        if preset and not scope.actor.role.includes(Role.ADMIN):
            raise Refused("client.algorithm_preset", name=name)
        if asked.online:
            _check_contract(scope, name)
        changed = asked.model_dump(exclude_none=True, mode="json")
        scope.ledger.algorithms.change(entry.project, name, **changed)
        return _whole(scope, name)

    def delete_algorithm(self, name: str) -> None:
        scope = self._scope
        entry = _mine(scope, name, DELETE)
        used = _lifecycles(scope, name)
        if used:
            shown = ", ".join(_of_project(scope, used))
            if not shown:
                raise Conflict("client.algorithm_used_elsewhere", name=name)
            raise Conflict("train.job.algorithm_in_use", name=name, lifecycles=shown)
        unregister(
            scope.settings, name, lambda: scope.ledger.algorithms.remove(entry.project, name)
        )


@contextmanager
def _noted(scope: Scope, name: str) -> Iterator[None]:
    """Whose the algorithm is that appears meanwhile; nobody's if it does not."""
    scope.ledger.algorithms.register(scope.project, name)
    try:
        yield
    except BaseException:
        scope.ledger.algorithms.remove(scope.project, name)
        raise


def _seen(scope: Scope, name: str) -> AlgorithmEntry:
    """What is true of an algorithm of the library that the asker may see.

    Raises:
        NotFound: there is none, or it is another's.
    """
    entry = scope.ledger.algorithms.get(name)
    known = library_names(scope.settings.workspace)
    if name not in known or not _visible(scope, entry):
        shown = [one for one in known if one != name]
        raise NotFound("train.job.no_algorithm", name=name, hint=suggestion(name, shown))
    return entry


def _visible(scope: Scope, entry: AlgorithmEntry) -> bool:
    mine = entry.owner in (None, scope.actor.name) or scope.actor.role.includes(Role.ADMIN)
    open_ = entry.visibility is not Visibility.PRIVATE
    return entry.usable_in(scope.project) and (mine or open_)


def _mine(scope: Scope, name: str, verb: str) -> AlgorithmEntry:
    """The same, of one that the asker may change.

    Raises:
        Refused: it is preset, or another's.
    """
    authorize(scope.actor, verb, scope.project)
    if name in preset_names():
        raise Refused("client.algorithm_preset", name=name)
    entry = _seen(scope, name)
    may = _may(scope, entry, verb)
    if may.allowed:
        return entry
    if may.needs is Role.ADMIN and not scope.actor.role.includes(Role.ADMIN):
        raise Refused("client.algorithm_preset", name=name)
    said = {"owner": entry.owner or "-", "project": entry.project}
    raise Refused("client.algorithm_of_other", name=name, **said)


def _may(scope: Scope, entry: AlgorithmEntry, verb: str) -> Permission:
    """Whether the asker may do `verb` to it: another's or nobody's is its operators'."""
    mine = entry.owner == scope.actor.name and entry.project == scope.project
    needed = NEEDS[verb] if mine else Role.OPERATOR
    if verb == CHANGE and entry.visibility is Visibility.PRESET:
        needed = Role.ADMIN
    theirs = scope.actor.project in (None, entry.project)
    return Permission(allowed=theirs and scope.actor.role.includes(needed), needs=needed)


def _check_contract(scope: Scope, name: str) -> None:
    points = unmet_points(scope.settings.workspace, name)
    if points:
        told = [point.to_dict() for point in points]
        raise InvalidInput("train.job.algorithm_unmet", name=name, points=told)


def _brief(scope: Scope, name: str) -> r.AlgorithmBrief | None:
    """None if it is not the asker's to see."""
    entry = scope.ledger.algorithms.get(name)
    return r.AlgorithmBrief(**_facts(scope, entry)) if _visible(scope, entry) else None


def _facts(scope: Scope, entry: AlgorithmEntry) -> dict[str, Any]:
    said = entry.model_dump(include={"name", "owner", "visibility", "online"})
    try:
        spec = load_algorithm(scope.settings.workspace, entry.name)
    except AileronError as error:
        nothing = {"display_name": None, "modality": "-", "tasks": (), "framework": None}
        return {**said, **nothing, "preset": False, "problem": scope.told(error)}
    fields = ("display_name", "modality", "tasks", "framework")
    return {**said, **{field: getattr(spec, field) for field in fields}, "preset": False}


def _whole(scope: Scope, name: str) -> r.Algorithm:
    workspace = scope.settings.workspace
    spec, entry = load_algorithm(workspace, name), scope.ledger.algorithms.get(name)
    code = algorithm_folder(workspace, name) / CODE
    files = sorted(path for path in code.rglob("*") if path.is_file())
    return r.Algorithm(
        **_facts(scope, entry),
        description=spec.description,
        command=spec.command,
        parameters=spec.parameters_model().model_json_schema(),
        serves=spec.serving is not None,
        files=tuple(path.relative_to(code).as_posix() for path in files),
        unmet=tuple(scope.told(point) for point in unmet_points(workspace, name)),
        lifecycles=tuple(_of_project(scope, _lifecycles(scope, name))),
        permissions={verb: _may(scope, entry, verb) for verb in (CHANGE, DELETE)},
    )


def _preset(name: str) -> dict[str, Any]:
    step = step_class(f"train.{name}")
    return {
        "name": name,
        "display_name": step.title["en"],
        "preset": True,
        "modality": step_modality(f"train.{name}"),
        "tasks": tuple(getattr(step, "tasks", ())),
        "framework": getattr(step, "framework", None),
        "owner": None,
        "visibility": Visibility.PRESET,
        "online": True,
    }


def _whole_preset(scope: Scope, name: str) -> r.Algorithm:
    step = step_class(f"train.{name}")
    title = {"display_name": step.title[scope.language]}
    return r.Algorithm(
        **{**_preset(name), **title},
        description=(step.__doc__ or "").strip(),
        command=None,
        parameters=step.Config.model_json_schema(),
        serves=True,
        files=(),
        unmet=(),
        lifecycles=tuple(_of_project(scope, _lifecycles(scope, name))),
        permissions=dict.fromkeys((CHANGE, DELETE), Permission(allowed=False, needs=Role.ADMIN)),
    )


def _lifecycles(scope: Scope, name: str) -> list[Lifecycle]:
    """Lifecycles of all projects that name the algorithm; one that is not sound names nothing."""
    found = []
    for one in list_lifecycles(scope.settings):
        try:
            workflow = load_lifecycle(scope.settings, one)
        except AileronError:
            continue
        if isinstance(workflow, Lifecycle) and workflow.spec.train.algorithm == name:
            found.append(workflow)
    return found


def _of_project(scope: Scope, found: Sequence[Lifecycle]) -> list[str]:
    """The names of those that the asker sees."""
    return [one.name for one in found if one.project == scope.project]
