"""Secrets by name: YAML says where a password is, never what it is.

`SecretResolver` is the port; `LocalSecrets` finds what this process can see, in its environment
or in files. A secret is fetched at the moment of its use and kept nowhere.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from aileron.core.errors import Unavailable

MOST_BYTES: Final = 64 * 1024


class SecretRef(BaseModel):
    """Where a secret is: exactly one of an environment variable and a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: str | None = Field(
        None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", description="environment variable"
    )
    file: str | None = Field(
        None, min_length=1, description="file with nothing else in it; relative to the workspace"
    )

    @model_validator(mode="after")
    def _one(self) -> SecretRef:
        if (self.env is None) == (self.file is None):
            raise ValueError("give either `env` or `file`")
        return self

    def __str__(self) -> str:
        return f"env {self.env}" if self.env else f"file {self.file}"


class SecretResolver(ABC):
    """Finds the secret that a reference names."""

    @abstractmethod
    def resolve(self, secret: SecretRef) -> SecretStr:
        """The secret.

        Raises:
            Unavailable: it is not there, or cannot be read.
        """


class LocalSecrets(SecretResolver):
    """Secrets of this process's environment, and of files that it may read.

    Args:
        folder: what relative paths start from.
        environ: default: this process's environment.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environ = os.environ if environ is None else environ

    def resolve(self, secret: SecretRef) -> SecretStr:
        if secret.env is not None:
            if not self._environ.get(secret.env):
                raise Unavailable("core.no_secret_variable", variable=secret.env)
            return SecretStr(self._environ[secret.env])
        path = self._folder / str(secret.file)
        try:
            with path.open(encoding="utf-8") as file:
                text = file.read(MOST_BYTES)
        except (OSError, UnicodeDecodeError) as error:
            problem = getattr(error, "strerror", None) or type(error).__name__
            raise Unavailable("core.no_secret_file", path=str(path), problem=problem) from None
        if not text.strip():
            raise Unavailable("core.no_secret_file", path=str(path), problem="it is empty")
        return SecretStr(text.rstrip("\r\n"))
