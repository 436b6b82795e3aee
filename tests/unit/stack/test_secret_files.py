"""Secrets of the stack are made once and are for their owner alone."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.fernet import Fernet

from aileron.stack.secret_files import SecretFiles


def test_a_secret_stays_the_same_at_the_next_start(tmp_path: Path) -> None:
    first = SecretFiles(tmp_path / "secrets").token("airflow-jwt")
    assert SecretFiles(tmp_path / "secrets").token("airflow-jwt") == first


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    assert SecretFiles(tmp_path / "a").token("jwt") != SecretFiles(tmp_path / "b").token("jwt")


def test_a_token_is_long_enough_to_sign_with_sha512(tmp_path: Path) -> None:
    assert len(SecretFiles(tmp_path).token("airflow-jwt").encode()) >= 64


def test_nobody_else_can_read_a_secret(tmp_path: Path) -> None:
    secrets = SecretFiles(tmp_path / "secrets")
    secrets.token("airflow-jwt")
    secrets.airflow_passwords()
    files = list((tmp_path / "secrets").iterdir())
    assert {file.stat().st_mode & 0o077 for file in files} == {0}
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def test_airflow_reads_the_password_that_the_login_file_holds(tmp_path: Path) -> None:
    secrets = SecretFiles(tmp_path)
    login = json.loads(secrets.airflow_login().read_text())
    passwords = json.loads(secrets.airflow_passwords().read_text())
    assert passwords == {login["username"]: login["password"]}


def test_the_fernet_key_encrypts(tmp_path: Path) -> None:
    key = Fernet(SecretFiles(tmp_path).fernet_key("airflow-fernet"))
    assert key.decrypt(key.encrypt(b"connection")) == b"connection"
