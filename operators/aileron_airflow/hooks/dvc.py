"""Data under DVC: versions, addresses, and fetching files of any of them."""

from __future__ import annotations

import subprocess
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseHook

from aileron.core.errors import InvalidInput

if TYPE_CHECKING:
    from dvc.api import DVCFileSystem


class DvcHook(BaseHook):
    """A Git repository with data under DVC.

    Connection type ``dvc``: host is the repository, a path or a URL that Git knows; the
    extra ``remote`` names the DVC remote, if not the repository's default.
    """

    conn_type: ClassVar[str] = "dvc"
    hook_name: ClassVar[str] = "DVC"
    conn_name_attr: ClassVar[str] = "dvc_conn_id"
    default_conn_name: ClassVar[str] = "dvc_default"

    def __init__(self, conn_id: str | None = None) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        return {
            "hidden_fields": ["schema", "port", "login", "password"],
            "relabeling": {"host": "Git repository"},
            "placeholders": {"host": "/srv/data.git", "extra": '{"remote": "storage"}'},
        }

    @cached_property
    def repository(self) -> str:
        """Path or URL of the Git repository."""
        connection = self.get_connection(self.conn_id)
        if not connection.host:
            raise InvalidInput(
                "aileron_airflow.no_connection_field", connection=self.conn_id, field="host"
            )
        scheme = f"{connection.schema}://" if connection.schema else ""
        return scheme + connection.host

    @property
    def remote(self) -> str | None:
        remote: str | None = self.get_connection(self.conn_id).extra_dejson.get("remote")
        return remote

    def get_conn(self, revision: str | None = None) -> DVCFileSystem:
        """An fsspec file system of the repository at `revision` (tag, branch, commit)."""
        from dvc.api import DVCFileSystem

        return DVCFileSystem(self.repository, rev=revision, remote=self.remote)

    def url(self, path: str, revision: str | None = None) -> str:
        """Where the bytes of `path` lie in the remote."""
        from dvc.api import get_url

        return str(get_url(path, repo=self.repository, rev=revision, remote=self.remote))

    def download(self, path: str, target: Path, revision: str | None = None) -> Path:
        """Fetch a file or folder of `revision` to `target`."""
        self.get_conn(revision).get(path, str(target), recursive=True)
        return target

    def revisions(self, pattern: str = "*") -> list[str]:
        """Tags that match `pattern`, in the order of their versions."""
        command = ["git", "ls-remote", "--tags", "--refs", "--sort=v:refname"]
        done = subprocess.run(
            [*command, self.repository, pattern], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise InvalidInput(
                "aileron_airflow.git_failed",
                where=self.repository,
                problem=done.stderr.strip()[-300:],
            )
        lines = done.stdout.splitlines()
        return [line.partition("\t")[2].removeprefix("refs/tags/") for line in lines]

    def test_connection(self) -> tuple[bool, str]:
        """Airflow's test button: whether Git can list the repository."""
        try:
            count = len(self.revisions())
        except InvalidInput as error:
            return False, str(error)
        return True, f"{self.repository}: {count} tags."
