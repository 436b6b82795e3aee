"""Pools: the parts of clusters that projects may use, one file of ``configs/pools`` each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from aileron.cluster.placement import (
    START_SECONDS,
    ClusterSection,
    Label,
    PullPolicy,
    Resources,
    StoreAccess,
    Toleration,
    Volume,
)
from aileron.core.documents import check, read_document, suggestion
from aileron.core.errors import InvalidInput, NotFound
from aileron.core.names import Name

FOLDER: Final = Path("configs") / "pools"
SizeName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Role = Literal["viewer", "annotator", "developer", "operator", "admin"]


class Size(Resources):
    """A named bundle of resources that people choose instead of numbers."""

    description: str = ""


class Quota(ClusterSection):
    """What all pods of the pool may use together; null is not limited."""

    cpu: float | None = Field(None, gt=0, description="processor cores")
    memory_mb: int | None = Field(None, gt=0)
    gpu: int | None = Field(
        None, ge=0, description="accelerators: so many of each name that the pool's sizes have"
    )
    pods: int | None = Field(None, gt=0)


class Images(ClusterSection):
    """What pods run."""

    trainer: str = Field(description="runs steps")
    server: str | None = Field(None, description="runs services; default: none can be placed here")


class Pool(ClusterSection):
    """A part of a cluster: where pods go, what they get, and who may use it."""

    api_version: Literal["aileron/v1"] = Field(alias="apiVersion")
    kind: Literal["Pool"]
    name: Name
    display_name: str | None = Field(None, max_length=200)
    description: str = ""
    context: str | None = Field(
        None, description="context of the kubeconfig; default: its current one, or this cluster"
    )
    namespace: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
    images: Images
    pull_policy: PullPolicy = "IfNotPresent"
    pull_secrets: tuple[Label, ...] = ()
    registry: Name | None = Field(
        None,
        description="a registry of configs/images.yaml that users' images are sent to for its "
        "nodes; default: they are loaded onto the nodes",
    )
    sizes: Mapping[SizeName, Size] = Field(min_length=1)
    default_size: SizeName
    quota: Quota = Quota()
    slots: int = Field(4, ge=1, le=10_000, description="tasks at a time: slots of an Airflow pool")
    projects: tuple[Name, ...] = Field((), description="who may use it; default: every project")
    roles: tuple[Role, ...] = Field(
        ("developer", "operator", "admin"),
        min_length=1,
        description="roles that may start runs in it, and those above them",
    )
    store: StoreAccess = StoreAccess()
    volumes: tuple[Volume, ...] = ()
    node_selector: Mapping[str, str] = {}
    tolerations: tuple[Toleration, ...] = ()
    priority_class: Label | None = None
    priority_classes: tuple[Label, ...] = Field(
        (), description="which a node may ask for in place of `priority_class`"
    )
    start_seconds: int = Field(
        START_SECONDS,
        ge=1,
        le=86_400,
        description="seconds that a pod may wait for a node, such as one that is yet to be added",
    )
    user: int = Field(1000, ge=1, description="user id that pods run as; never root")
    group: int = Field(1000, ge=1, description="group id of pods, and of a shared volume's files")

    @model_validator(mode="after")
    def _default_is_a_size(self) -> Pool:
        if self.default_size not in self.sizes:
            raise ValueError(f"`default_size` is none of {', '.join(self.sizes)}")
        return self

    @property
    def all_volumes(self) -> tuple[Volume, ...]:
        """The store's volume too."""
        store = () if self.store.volume is None else (self.store.volume,)
        return (*self.volumes, *store)

    @property
    def accelerators(self) -> list[str]:
        """What the cluster calls the accelerators that the sizes have; the quota is of these."""
        return sorted({size.gpu_resource for size in self.sizes.values()})

    @property
    def airflow_pool(self) -> str:
        """The Airflow pool whose slots its tasks take."""
        return airflow_pool(self.name)


def airflow_pool(name: str) -> str:
    """The Airflow pool of pool `name`; the prefix keeps it apart from people's own."""
    return f"aileron_{name}"


def pool_files(workspace: Path) -> dict[str, Path]:
    """Name -> file of every pool."""
    return {path.stem: path for path in sorted((workspace / FOLDER).glob("*.yaml"))}


def load_pool(workspace: Path, name: str) -> Pool:
    """Read pool `name`.

    Raises:
        NotFound: there is no such file.
        InvalidInput: the first thing wrong with it, with file and line.
    """
    files = pool_files(workspace)
    if name not in files:
        raise NotFound("cluster.no_pool", name=name, hint=suggestion(name, list(files)))
    document = read_document(files[name])
    pool = check(Pool, document)
    if pool.name != name:
        where = document.where(("name",))
        raise InvalidInput("cluster.pool_name", where=where, name=pool.name, file=files[name].name)
    return pool


def load_pools(workspace: Path) -> dict[str, Pool]:
    """All pools by name; raises as `load_pool` does."""
    return {name: load_pool(workspace, name) for name in pool_files(workspace)}
