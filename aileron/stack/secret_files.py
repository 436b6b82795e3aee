"""Secrets of the embedded stack: made once, kept in ``HOME/secrets`` for the owner alone."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path
from typing import Final

from aileron.stack.record import write_private

ADMIN: Final = "admin"


class SecretFiles:
    """The folder of secrets; reading one that is missing makes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def token(self, name: str) -> str:
        """A random text of 64 bytes as URL-safe characters."""
        return self._kept(name, secrets.token_urlsafe(64))

    def hex_token(self, name: str) -> str:
        """20 random bytes in hexadecimal, as Label Studio wants its tokens."""
        return self._kept(name, secrets.token_hex(20))

    def fernet_key(self, name: str) -> str:
        """32 random bytes in URL-safe Base64, as `cryptography.fernet` wants them."""
        return self._kept(name, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())

    @property
    def postgres_password_file(self) -> Path:
        return self.folder / "postgres"

    def postgres_password(self) -> str:
        """The password of the embedded PostgreSQL, made before its data are."""
        return self.token("postgres")

    def airflow_login(self) -> Path:
        """User name and password for the Airflow UI, as JSON."""
        path = self.folder / "airflow-login.json"
        if not path.is_file():
            login = {"username": ADMIN, "password": secrets.token_urlsafe(18)}
            write_private(path, json.dumps(login))
        return path

    def airflow_passwords(self) -> Path:
        """The same login in the form Airflow's simple auth manager reads: user -> password."""
        login = json.loads(self.airflow_login().read_text(encoding="utf-8"))
        path = self.folder / "airflow-passwords.json"
        write_private(path, json.dumps({login["username"]: login["password"]}))
        return path

    def _kept(self, name: str, fresh: str) -> str:
        path = self.folder / name
        if not path.is_file():
            write_private(path, fresh)
        return path.read_text(encoding="utf-8").strip()
