"""Container images of this installation: their versions, and runs that build them."""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aileron.client import records as r
from aileron.client.images import ImageNode, ImageVerbs, asked
from aileron.client.launch import START_TIME
from aileron.client.local import lifecycles, runs
from aileron.client.local.installation import Scope
from aileron.client.local.job_checks import check_project
from aileron.client.local.sources import uploads_of
from aileron.cluster.pools import load_pool
from aileron.container.archive import write_archive
from aileron.container.layout import Layout
from aileron.container.recipe import Recipe
from aileron.container.registry import parse_reference
from aileron.container.settings import load_images
from aileron.container.usable import check_ready, find_image, local_reference
from aileron.core.access import authorize
from aileron.core.documents import suggestion
from aileron.core.errors import Conflict, InvalidInput, NotFound, Refused
from aileron.core.names import IMAGE_BUILD
from aileron.ledger import ImageState, ImageVersion, RunState

ADDRESSABLE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""What can be part of an address in a registry, once ``_`` is ``-``."""
_ENDED: Final[Mapping[RunState, r.ImageState]] = {
    RunState.FAILED: "failed",
    RunState.REJECTED: "failed",
    RunState.STOPPED: "stopped",
    RunState.SUCCEEDED: "failed",
}
"""How a version is whose run ended and which nothing was noted of."""


class LocalImages(ImageVerbs):
    """What `LocalClient` inherits."""

    _scope: Scope

    def images(self, pool: str | None = None) -> tuple[r.ImageBrief, ...]:
        _may_read(self._scope)
        rows = self._scope.ledger.images.list(self._scope.project)
        groups = itertools.groupby(rows, key=lambda row: row.name)
        found = (_brief(self._scope, list(group)) for _, group in groups)
        return tuple(one for one in found if pool is None or pool in one.pools)

    def image(self, name: str) -> r.Image:
        _may_read(self._scope)
        rows = _rows(self._scope, name)
        return r.Image(
            name=name,
            versions=tuple(_version(self._scope, row) for row in rows),
            permissions=self._scope.may("image.build", "image.build_as_root", "image.delete"),
        )

    def build_image(
        self, name: str, recipe: Mapping[str, Any], *, description: str = ""
    ) -> r.ImageVersion:
        scope = self._scope
        check_project(scope, IMAGE_BUILD)
        body = asked(name, recipe, description)
        _check(scope, body)
        said = body.recipe.model_dump(mode="json", exclude_defaults=True)
        said["uses"] = list(body.recipe.uses)
        if body.recipe.base:
            found = find_image(scope.ledger, scope.project, body.recipe.base)
            said["base"] = f"{found.name}@v{found.version}"
        row = scope.ledger.images.begin(scope.project, body.name, said, body.description)
        try:
            run = lifecycles.start(scope, IMAGE_BUILD, {"version_id": row.id}, force=False)
        except BaseException:
            scope.ledger.images.withdraw(row.id)
            raise
        return _version(scope, scope.ledger.images.started(row.id, run.run_id))

    def image_log(
        self, name: str, version: int, node: ImageNode = "build", offset: int = 0
    ) -> r.LogPiece:
        _may_read(self._scope)
        row = _row(self._scope, name, version)
        if row.run_id is None:
            return r.LogPiece(text="", next_offset=0, ended=_never_started(row))
        try:
            return runs.node_log(self._scope, row.run_id, node, offset)
        except NotFound:  # it has not begun yet, or never will
            over = self._scope.ledger.runs.get(row.run_id).state.final
            return r.LogPiece(text="", next_offset=offset, ended=over)

    def export_image(self, name: str, version: int, target: Path) -> r.ImageVersion:
        _may_read(self._scope)
        if target.exists():
            raise InvalidInput("client.target_exists", where=str(target))
        row = _row(self._scope, name, version)
        if row.reference is None or row.digest is None:
            raise InvalidInput(
                "container.not_built", name=name, version=version, state=row.state.value
            )
        home = self._scope.settings.home
        draft = target.with_name(f".{target.name}.part")
        with tempfile.TemporaryDirectory(dir=home, prefix="image-") as work:
            folder = self._scope.store.fetch(row.reference, Path(work) / "image")
            try:
                with draft.open("wb") as file:
                    write_archive(Layout(folder), local_reference(row, row.digest), file)
                draft.rename(target)
            finally:
                draft.unlink(missing_ok=True)
        return _version(self._scope, row)

    def delete_image(self, name: str, version: int) -> None:
        scope = self._scope
        authorize(scope.actor, "image.delete", scope.project)
        row = _row(scope, name, version)
        if _state(scope, row)[0] == "building":
            run = (row.run_id or "RUN").rpartition("/")[2]
            raise Conflict("container.still_building", name=name, version=version, run=run)
        scope.ledger.images.delete(row.id)


def _check(scope: Scope, body: r.BuildImage) -> None:
    """Raise unless the asker may build this, and all that it names is there."""
    recipe = body.recipe
    authorize(scope.actor, "image.build", scope.project)
    if recipe.as_root:
        authorize(scope.actor, "image.build_as_root", scope.project)
    if not ADDRESSABLE.fullmatch(body.name):
        raise InvalidInput("container.name_taken", name=body.name)
    for name in recipe.pools:
        pool = load_pool(scope.settings.workspace, name)
        if pool.projects and scope.project not in pool.projects:
            raise Refused("cluster.pool_of_others", pool=name, project=scope.project)
    if recipe.upload:
        found = uploads_of(scope).finished(recipe.upload).about
        if found.project != scope.project:
            raise NotFound("data.sources.no_upload", id=recipe.upload)
    if recipe.pull:
        host, repository, _ = parse_reference(recipe.pull)
        load_images(scope.settings.workspace).registry_of(host, repository, scope.project)
    if recipe.index:
        load_images(scope.settings.workspace).check_index(recipe.index)
    if recipe.base:
        check_ready(find_image(scope.ledger, scope.project, recipe.base))


def _may_read(scope: Scope) -> None:
    authorize(scope.actor, "read", scope.project)


def _rows(scope: Scope, name: str) -> list[ImageVersion]:
    rows = scope.ledger.images.list(scope.project, name)
    if not rows:
        known = sorted({row.name for row in scope.ledger.images.list(scope.project)})
        hint = suggestion(name, known)
        raise NotFound("container.no_image_named", name=name, project=scope.project, hint=hint)
    return rows


def _row(scope: Scope, name: str, version: int) -> ImageVersion:
    return find_image(scope.ledger, scope.project, f"{name}@v{version}")


def _state(scope: Scope, row: ImageVersion) -> tuple[r.ImageState, str | None]:
    """How a version is, and why it is not as one would like it."""
    if row.state is ImageState.READY:
        return "ready", None
    if row.state is ImageState.REFUSED:
        unmet = (point for point in row.findings or () if not point["passed"])
        return "refused", " ".join(_point(scope, point).sentence for point in unmet)
    if _never_started(row):
        return "failed", scope.say("container.never_started")
    if row.run_id is None:
        return "building", None
    run = scope.ledger.runs.get(row.run_id)
    if run.state not in _ENDED:
        return "building", None
    return _ENDED[run.state], runs.brief(scope, run).reason


def _never_started(row: ImageVersion) -> bool:
    return row.run_id is None and row.built is None and row.created < datetime.now(UTC) - START_TIME


def _version(scope: Scope, row: ImageVersion) -> r.ImageVersion:
    state, reason = _state(scope, row)
    shown = row.model_dump(
        include={
            *("name", "version", "description", "recipe", "run_id", "digest", "size"),
            *("platform", "created_by", "created", "built"),
        }
    )
    return r.ImageVersion(
        **shown,
        state=state,
        reason=reason,
        findings=tuple(_point(scope, point) for point in row.findings or ()),
        places=row.places or {},
        loaded_as=local_reference(row, row.digest) if row.digest else None,
    )


def _point(scope: Scope, point: Mapping[str, Any]) -> r.ImagePoint:
    sentence = scope.say(point["message_id"], **point["values"])
    return r.ImagePoint(rule=point["rule"], passed=point["passed"], sentence=sentence)


def _brief(scope: Scope, rows: list[ImageVersion]) -> r.ImageBrief:
    """Of the versions of one image, the newest first."""
    newest = rows[0]
    latest = next((row for row in rows if row.state is ImageState.READY), None)
    recipe = Recipe.model_validate(latest.recipe) if latest else None
    return r.ImageBrief(
        name=newest.name,
        description=newest.description,
        latest=latest.version if latest else None,
        versions=len(rows),
        state=_state(scope, newest)[0],
        uses=recipe.uses if recipe else (),
        pools=tuple(sorted(latest.places or {})) if latest else (),
        created_by=newest.created_by,
        created=newest.created,
    )
