"""How an error looks to a program that speaks BML: a number, a sentence, a log id."""

from __future__ import annotations

import secrets
from typing import Final

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from aileron.core.errors import AileronError, Conflict, Language, NotFound, Refused

PREFIX: Final = "/api/bml/"
JOBS: Final = "/api/bml/rpc/2.0/easydl/pro/remotetrain/"
"""Below it, the calls of training jobs, which have numbers of their own."""
DOWNLOADS: Final = "/api/bml/download/"
"""Below it, files by signed addresses."""
UNKNOWN: Final = 1
UNAVAILABLE: Final = 2
NO_METHOD: Final = 3
NO_ACCESS: Final = 6
WRONG_TOKEN: Final = 110
OLD_TOKEN: Final = 111
INTERNAL: Final = 406000
WRONG_PARAMETER: Final = 406001
NO_DATASET: Final = 406002
EXISTS: Final = 406003
NOT_NOW: Final = 406004
NO_LABEL: Final = 406005
NO_RIGHT: Final = 406006
QUOTA: Final = 406008
NO_JOB: Final = 406012
NOT_STOPPED: Final = 406013
NOT_DELETED: Final = 406014
NO_NAME: Final = 406015
LONG_NAME: Final = 406016
NO_DESCRIPTION: Final = 406017
LONG_DESCRIPTION: Final = 406018
WRONG_CODE: Final = 406019
WRONG_COMMAND: Final = 406020
WRONG_OUTPUT: Final = 406021
WRONG_TRAIN_DATA: Final = 406022
WRONG_TEST_DATA: Final = 406023
JOB_EXISTS: Final = 406026
WRONG_STATUS: Final = 406027
WRONG_RESOURCE: Final = 406028
NO_IMAGE: Final = 406030
NO_TAG: Final = 406031
NO_STRATEGY: Final = 406032
WRONG_REGISTRY: Final = 406033
WRONG_ENVIRONMENT: Final = 406034
EMOJI: Final = 406036
NO_PERMISSION: Final = 406037
LONG_PARAMETER: Final = 406038
NO_POOL: Final = 406100
NODES: Final = 406101
CPU: Final = 406102
MEMORY: Final = 406103
GPU: Final = 406104
MESSAGES: Final = {
    UNKNOWN: "Unknown error",
    UNAVAILABLE: "Service temporarily unavailable",
    NO_METHOD: "Unsupported openapi method",
    NO_ACCESS: "No permission to access data",
    WRONG_TOKEN: "Access token invalid or no longer valid",
    OLD_TOKEN: "Access token expired",
    INTERNAL: "internal server error",
    WRONG_PARAMETER: "param[{field}] invalid",
    NO_DATASET: "dataset not exist",
    EXISTS: "dataset already exists",
    NOT_NOW: "dataset can not be modified temporarily",
    NO_LABEL: "label not exist",
    NO_RIGHT: "no permission to modify the dataset",
    QUOTA: "quota exceeded",
    NO_JOB: "job does not exist",
    NOT_STOPPED: "job stop failed",
    NOT_DELETED: "job can not delete",
    NO_NAME: "job name empty",
    LONG_NAME: "job name too long",
    NO_DESCRIPTION: "description empty",
    LONG_DESCRIPTION: "description too long",
    WRONG_CODE: "code file address error",
    WRONG_COMMAND: "startup command error",
    WRONG_OUTPUT: "output path error",
    WRONG_TRAIN_DATA: "train dataset address error",
    WRONG_TEST_DATA: "test dataset address error",
    JOB_EXISTS: "job name already exists",
    WRONG_STATUS: "job status exception",
    WRONG_RESOURCE: "resource type error",
    NO_IMAGE: "missing image parameters",
    NO_TAG: "missing tag parameters",
    NO_STRATEGY: "missing distributed strategy parameter",
    WRONG_REGISTRY: "image registry is incorrect",
    WRONG_ENVIRONMENT: "training environment error",
    EMOJI: "emoji not supported",
    NO_PERMISSION: "no operation permission",
    LONG_PARAMETER: "parameter too long",
    NO_POOL: "resource pool does not exist",
    NODES: "node over limit",
    CPU: "cpu over limit",
    MEMORY: "memory over limit",
    GPU: "gpu over limit",
}
_BY_ID: Final = {
    "api.no_login": WRONG_TOKEN,
    "api.wrong_token": WRONG_TOKEN,
    "api.token_revoked": WRONG_TOKEN,
    "api.token_expired": OLD_TOKEN,
    "api.no_route": NO_METHOD,
    "api.wrong_method": NO_METHOD,
    "api.internal": INTERNAL,
    "core.other_project": NO_ACCESS,
    "api.wrong_signature": NO_ACCESS,
    "api.signature_expired": NO_ACCESS,
    "api.dataset_exists": EXISTS,
    "lifecycle.dataset_exists": EXISTS,
    "data.sources.label_unknown": NO_LABEL,
    "data.sources.samples_full": QUOTA,
    "client.project_full": QUOTA,
    "ledger.job_exists": JOB_EXISTS,
    "ledger.run_over": NOT_STOPPED,
    "client.job_active": NOT_DELETED,
    "api.job_never_ran": WRONG_STATUS,
    "api.job_name_empty": NO_NAME,
    "api.job_name_long": LONG_NAME,
    "api.job_description_empty": NO_DESCRIPTION,
    "api.job_description_long": LONG_DESCRIPTION,
    "api.job_emoji": EMOJI,
    "api.job_command": WRONG_COMMAND,
    "api.job_parameter_long": LONG_PARAMETER,
    "api.job_output": WRONG_OUTPUT,
    "api.job_code": WRONG_CODE,
    "api.job_train_data": WRONG_TRAIN_DATA,
    "api.job_test_data": WRONG_TEST_DATA,
    "api.job_environment": WRONG_ENVIRONMENT,
    "api.job_horovod": WRONG_ENVIRONMENT,
    "api.job_image_needs_pool": WRONG_ENVIRONMENT,
    "api.job_no_image": NO_IMAGE,
    "api.job_no_tag": NO_TAG,
    "api.job_no_strategy": NO_STRATEGY,
    "api.job_registry": WRONG_REGISTRY,
    "api.job_rdma": WRONG_RESOURCE,
    "api.job_resource": WRONG_RESOURCE,
    "api.job_resource_of_pool": WRONG_RESOURCE,
    "api.job_no_pool": NO_POOL,
    "api.job_nodes": NODES,
    "container.no_image_named": WRONG_ENVIRONMENT,
    "container.no_usable_version": WRONG_ENVIRONMENT,
}
_OVER_QUOTA: Final = {"cpu": CPU, "memory_mb": MEMORY, "gpu": GPU, "pods": NODES}
"""What a pool has less of than is asked for -> number."""
_OF_DATASETS: Final = (
    (NotFound, NO_DATASET),
    (Refused, NO_RIGHT),
    (Conflict, NOT_NOW),
)
_OF_JOBS: Final = (
    (NotFound, NO_JOB),
    (Refused, NO_PERMISSION),
    (Conflict, WRONG_STATUS),
)
"""Where the message has no number: kind of error -> number, by what the call is about."""
_FIELDS: Final = {"content": "entity_content"}
"""Our name of a field -> BML's."""


class BmlProblem(BaseModel):
    """An error as BML has it."""

    log_id: int
    error_code: int = Field(description="as BML's documentation lists them")
    error_msg: str = Field(description="BML's words, then a sentence that says more")


def log_id() -> int:
    """A number for the answer."""
    return secrets.randbelow(2**32)


def bml_answer(error: AileronError, language: Language, path: str) -> JSONResponse:
    """`error` of a call at `path` in BML's form; the HTTP status is that it has elsewhere."""
    code = code_of(error, path)
    field = str(error.values.get("field", "-")).removeprefix("body.")
    field = _FIELDS.get(field, field)
    said = f"{MESSAGES[code].format(field=field)}: {error.render(language)}"
    body = BmlProblem(log_id=log_id(), error_code=code, error_msg=said)
    headers = {"WWW-Authenticate": "Bearer"} if error.http_status == 401 else {}
    return JSONResponse(body.model_dump(), error.http_status, headers=headers)


def code_of(error: AileronError, path: str) -> int:
    """BML's number for the error of a call at `path`."""
    jobs = path.startswith(JOBS)
    if error.message_id == "cluster.over_quota":
        return _OVER_QUOTA[error.values["what"]]
    if error.message_id in _BY_ID and not (jobs and error.message_id == "core.other_project"):
        return _BY_ID[error.message_id]
    for kind, code in _OF_JOBS if jobs else _OF_DATASETS:
        if isinstance(error, kind):
            return code
    if error.http_status < 500:
        return WRONG_PARAMETER
    return UNAVAILABLE if error.http_status == 503 else INTERNAL
