"""The verbs of connections and uploads, as part of `aileron.client.base.Client`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from aileron.client import records as r


class SourceVerbs(ABC):
    """Looking at the servers that data may come from, and sending files."""

    @abstractmethod
    def connections(self) -> tuple[r.ConnectionBrief, ...]:
        """The connections of ``configs/connections.yaml``, by name, without a secret."""

    @abstractmethod
    def test_connection(self, name: str) -> r.ConnectionTest:
        """Log in; a server that does not answer is an answer too, with its sentence."""

    @abstractmethod
    def preview_connection(
        self, name: str, *, table: str | None = None, select: str | None = None, limit: int = 20
    ) -> r.TablePreview:
        """The first rows of a table, or of one SELECT.

        Raises:
            InvalidInput: not a database, not one SELECT, or the database refuses it.
        """

    @abstractmethod
    def upload(self, path: Path, upload_id: str | None = None) -> r.Upload:
        """Send a file; the answer's id is what a dataset names: ``source: {upload: ID}``.

        Args:
            upload_id: of an upload of the same file that broke off and is to go on.

        Raises:
            InvalidInput: it is too large, or was changed while it was sent.
            Unavailable: the line broke too often; the sentence names the upload's id.
        """

    @abstractmethod
    def begin_upload(self, name: str, size: int) -> r.Upload:
        """An upload without a byte yet; `upload` sends them to its id.

        Args:
            name: of the file, for people.
            size: bytes that will be sent.

        Raises:
            InvalidInput: it is larger than one may be.
            QuotaExceeded: the project keeps too much already.
        """

    @abstractmethod
    def uploads(self) -> tuple[r.Upload, ...]:
        """The asker's uploads, the newest first."""

    @abstractmethod
    def remove_upload(self, upload_id: str) -> None:
        """Delete an upload of the asker, finished or not."""

    @abstractmethod
    def tidy(self, *, dry_run: bool = True) -> r.Tidied:
        """Remove uploads, added samples and copies of sources that nobody has used for long.

        How long is said in ``configs/connections.yaml``. What a definition, a workflow or a
        waiting run names stays.
        """
