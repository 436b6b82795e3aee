"""Secrets are found by name, and what is said of them never holds one."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from aileron.core.errors import Unavailable
from aileron.core.secrets import LocalSecrets, SecretRef


def test_a_secret_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter2\n")
    secrets = LocalSecrets(tmp_path, {"KEY": "swordfish"})
    assert secrets.resolve(SecretRef(env="KEY")).get_secret_value() == "swordfish"
    assert secrets.resolve(SecretRef(file="key")).get_secret_value() == "hunter2"
    assert secrets.resolve(SecretRef(file=f"{tmp_path}/key")).get_secret_value() == "hunter2"


def test_a_secret_does_not_show_itself(tmp_path: Path) -> None:
    found = LocalSecrets(tmp_path, {"KEY": "swordfish"}).resolve(SecretRef(env="KEY"))
    assert "swordfish" not in f"{found!r} {found}"


@pytest.mark.parametrize(
    ("secret", "says"),
    [
        (SecretRef(env="KEY"), "variable KEY, which is not set"),
        (SecretRef(file="none"), "No such file"),
        (SecretRef(file="empty"), "it is empty"),
        (SecretRef(file="."), "Is a directory"),
    ],
)
def test_a_secret_that_is_not_there_is_said(secret: SecretRef, says: str, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(Unavailable, match=says):
        LocalSecrets(tmp_path, {"KEY": ""}).resolve(secret)


@pytest.mark.parametrize("fields", [{}, {"env": "A", "file": "b"}, {"env": "A B"}, {"text": "x"}])
def test_a_secret_is_in_one_place(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SecretRef.model_validate(fields)
