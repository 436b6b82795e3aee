"""A training job as BML asks for it becomes a job of ours, or is refused with BML's number.

Storage of the vendor is not there: a path names a folder of the workspace, an upload, or a
dataset version. The public pool is this machine; a user's pool is one of ``configs/pools``.
"""

from __future__ import annotations

import re
from typing import Any, Final

from aileron.api.bml import job_records as b
from aileron.client import records as r
from aileron.client.base import Client
from aileron.client.records.jobs import DESCRIPTION_LENGTH, NAME_LENGTH, has_emoji
from aileron.cluster.placement import MOST_NODES
from aileron.container.usable import is_ours
from aileron.core.errors import AileronError, InvalidInput
from aileron.train.job.spec import Framework

PUBLIC: Final = {"CPU_4C_16G": 16 * 1024, "CPU_16C_64G": 64 * 1024}
"""Machines of the public pool -> their memory, which a job may take of this one; megabytes."""
PUBLIC_NODES: Final = 4
LONGEST_COMMAND: Final = 4000
LONGEST: Final = 1024
"""Characters of any other field."""
STRATEGY: Final = "DISTRIBUTE_STRATEGY"
"""The variable that tells the code which strategy was asked for."""
OUTPUTS: Final = ("", "output", "./output", "job:")
"""What an output path may be: ``./output`` of the job, which is kept with it."""
PLACES: Final = {
    "code": "api.job_code",
    "train_data": "api.job_train_data",
    "test_data": "api.job_test_data",
}
"""Field of a job that names files or a dataset -> what is said if they are not there."""
FRAMEWORKS: Final[dict[b.FrameworkName, Framework]] = {
    "PaddlePaddle": "paddle",
    "TensorFlow": "tensorflow",
    "PyTorch": "pytorch",
    "Sklearn": "sklearn",
    "XGBoost": "xgboost",
    "ONNX": "onnx",
    "Other": "other",
}
_REGISTRY: Final = re.compile(r"^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+)(:\d+)?(/[a-z0-9._/-]+)?$")


def check_words(body: b.CreateJob) -> None:
    """Raise what is wrong with name, description, command and lengths."""
    texts = (
        ("name", body.name, NAME_LENGTH),
        ("description", body.description, DESCRIPTION_LENGTH),
    )
    for field, text, most in texts:
        if not text.strip():
            raise InvalidInput(f"api.job_{field}_empty", field=field)
        if len(text) > most:
            raise InvalidInput(f"api.job_{field}_long", field=field, most=most)
        if has_emoji(text):
            raise InvalidInput("api.job_emoji", field=field)
    config = body.train_config
    if not config.start_cmd.strip() or "\0" in config.start_cmd:
        raise InvalidInput("api.job_command", field="start_cmd")
    every = {**config.model_dump(), **body.dataset_config.model_dump()}
    for field, value in every.items():
        most = LONGEST_COMMAND if field == "start_cmd" else LONGEST
        if isinstance(value, str) and len(value) > most:
            raise InvalidInput("api.job_parameter_long", field=field, most=most)
    if config.output_path.rstrip("/") not in OUTPUTS:
        raise InvalidInput("api.job_output", field="output_path", found=config.output_path[:100])


def spec_of(client: Client, body: b.CreateJob) -> dict[str, Any]:
    """The fields of `aileron.train.job.spec.JobSpec`.

    Raises:
        InvalidInput: one of BML's rules is broken; the message has a number.
    """
    config, data, wanted = body.train_config, body.dataset_config, body.resource_config
    image = _image(config)
    spec: dict[str, Any] = {
        "command": config.start_cmd,
        "framework": FRAMEWORKS[config.framework],
        "nodes": wanted.node_count,
        "hours": wanted.max_duration,
        **_place(client, wanted, image),
    }
    if config.distribute_strategy is not None:
        spec["env"] = {STRATEGY: config.distribute_strategy}
    if wanted.node_count > 1 and config.distribute_strategy == "Horovod":
        raise InvalidInput("api.job_horovod", field="distribute_strategy")
    if config.code_path:
        spec["code"] = _file_place(config.code_path)
    elif image is None:
        raise InvalidInput("api.job_code", field="code_path", problem="-")
    for field, path in (("train_data", data.trainset_path), ("test_data", data.evalset_path)):
        if path.startswith("dataset:"):
            spec[field] = {"dataset": path.removeprefix("dataset:")}
        elif path:
            spec[field] = _file_place(path)
    return spec


def in_bmls_words(error: AileronError) -> AileronError:
    """A refused code or data as BML has it; any other error as it is."""
    message = PLACES.get(error.where or "")
    if message is None:
        return error
    return InvalidInput(message, field=error.where, problem=str(error))


def _file_place(path: str) -> dict[str, str]:
    if path.startswith("upload:"):
        return {"upload": path.removeprefix("upload:")}
    return {"folder": path.removeprefix("workspace:").rstrip("/")}


def _image(config: b.TrainConfig) -> str | None:
    """The full name of the image, NAME@v3 for one of one's own; None: the platform's own."""
    if config.env_type == "DEFAULT":
        if config.image:
            raise InvalidInput("api.job_environment", field="env_type")
        return None
    needed = (
        ("image", config.image, "job_no_image"),
        ("tag", config.tag, "job_no_tag"),
        ("distribute_strategy", config.distribute_strategy, "job_no_strategy"),
    )
    for field, value, message in needed:
        if not value:
            raise InvalidInput(f"api.{message}", field=field)
    registry, image = config.repository_id, config.image
    if image.startswith("/") or registry:
        if not _REGISTRY.match(registry):
            raise InvalidInput("api.job_registry", field="repository_id", found=registry[:100])
        image = f"{registry.rstrip('/')}/{image.lstrip('/')}"
    ours = f"{image}@{config.tag}"
    return ours if is_ours(ours) else f"{image}:{config.tag}"


def image_parts(image: str) -> tuple[str, str]:
    """Image and tag as BML has them; one that is named by a digest, or by neither, has no tag."""
    if is_ours(image):
        name, _, tag = image.partition("@")
        return name, tag
    name, _, tag = image.rpartition(":")
    return (image, "") if not name or "/" in tag or "@" in image else (name, tag)


def _place(client: Client, wanted: b.ResourceConfig, image: str | None) -> dict[str, Any]:
    if wanted.resource_type == "PUBLIC":
        return _public(wanted, image)
    if wanted.rdma:
        raise InvalidInput("api.job_rdma", field="rdma")
    pool = _pool(client, wanted.resource_name)
    if wanted.node_count > MOST_NODES:
        raise InvalidInput("api.job_nodes", field="node_count", most=MOST_NODES)
    given = {
        "cpu": wanted.cpu_num,
        "memory_mb": wanted.memory * 1024 if wanted.memory else None,
        "gpu": wanted.gpu_num,
        "gpu_resource": wanted.gpu_type or None,
        "image": image,
    }
    asked = {name: value for name, value in given.items() if value is not None}
    return {"runner": "kubernetes", "resources": {"pool": pool.name, **asked}}


def _public(wanted: b.ResourceConfig, image: str | None) -> dict[str, Any]:
    if wanted.resource_name not in PUBLIC:
        known = ", ".join(PUBLIC)
        raise InvalidInput("api.job_resource", field="resource_name", known=known)
    if image is not None:
        raise InvalidInput("api.job_image_needs_pool", field="env_type")
    if wanted.node_count > PUBLIC_NODES:
        raise InvalidInput("api.job_nodes", field="node_count", most=PUBLIC_NODES)
    own = (wanted.gpu_type, wanted.gpu_num, wanted.cpu_num, wanted.memory, wanted.rdma)
    if any(own):
        raise InvalidInput("api.job_resource_of_pool", field="resource_config")
    return {"memory_mb": PUBLIC[wanted.resource_name]}


def _pool(client: Client, name: str) -> r.Pool:
    try:
        return client.pool(name)
    except AileronError as error:
        if error.http_status in (403, 404):
            raise InvalidInput("api.job_no_pool", field="resource_name", name=name[:40]) from None
        raise
