"""How an error looks to a program that speaks BML: a number, a sentence, a log id."""

from __future__ import annotations

import secrets
from typing import Final

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from aileron.core.errors import AileronError, Conflict, Language, NotFound, Refused

PREFIX: Final = "/api/bml/"
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
}
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


def bml_answer(error: AileronError, language: Language) -> JSONResponse:
    """`error` in BML's form; the HTTP status is the one that it has elsewhere."""
    code = code_of(error)
    field = str(error.values.get("field", "-")).removeprefix("body.")
    field = _FIELDS.get(field, field)
    said = f"{MESSAGES[code].format(field=field)}: {error.render(language)}"
    body = BmlProblem(log_id=log_id(), error_code=code, error_msg=said)
    headers = {"WWW-Authenticate": "Bearer"} if error.http_status == 401 else {}
    return JSONResponse(body.model_dump(), error.http_status, headers=headers)


def code_of(error: AileronError) -> int:
    """BML's number for the error."""
    if error.message_id in _BY_ID:
        return _BY_ID[error.message_id]
    kinds: tuple[tuple[type[AileronError], int], ...] = (
        (NotFound, NO_DATASET),
        (Refused, NO_RIGHT),
        (Conflict, NOT_NOW),
    )
    for kind, code in kinds:
        if isinstance(error, kind):
            return code
    if error.http_status < 500:
        return WRONG_PARAMETER
    return UNAVAILABLE if error.http_status == 503 else INTERNAL
