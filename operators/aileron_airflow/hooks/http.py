"""What the hooks of HTTP servers share: address, login, and failures as sentences."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseHook

from aileron.core.errors import AileronError, InvalidInput, Unavailable

if TYPE_CHECKING:
    import httpx


class HttpHook(BaseHook):
    """A connection whose host is a URL, with an optional user and password or token.

    A password without a user is sent as a bearer token.
    """

    conn_name_attr: ClassVar[str]
    default_conn_name: ClassVar[str]
    down: ClassVar[str]
    """Message id for a server that does not answer."""
    refused: ClassVar[str]
    """Message id for a server that answers with an error."""
    health: ClassVar[str]
    """Path that answers 200 when the server is well."""

    def __init__(self, conn_id: str | None = None, seconds: float = 30.0) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name
        self.seconds = seconds

    @cached_property
    def _client(self) -> httpx.Client:
        import httpx

        connection = self.get_connection(self.conn_id)
        if not connection.host:
            raise InvalidInput(
                "aileron_airflow.no_connection_field", connection=self.conn_id, field="host"
            )
        secure = connection.schema == "https"
        host = connection.host
        if "://" not in host:
            port = f":{connection.port}" if connection.port else ""
            host = f"{'https' if secure else 'http'}://{host}{port}"
        login, password = connection.login, connection.password
        headers = {"Authorization": f"Bearer {password}"} if password and not login else {}
        auth = (login, password or "") if login else None
        return httpx.Client(
            base_url=host.rstrip("/"), headers=headers, auth=auth, timeout=self.seconds
        )

    def get_conn(self) -> httpx.Client:
        """The HTTP session."""
        return self._client

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Send a request; the JSON answer, None if it is empty.

        Raises:
            Unavailable: the server does not answer, or answers 5xx.
            InvalidInput: it refuses; the sentence quotes it.
        """
        import httpx

        client = self._client
        where = str(client.base_url)
        try:
            answer = client.request(method, path, **options)
        except httpx.HTTPError as error:
            problem = str(error) or type(error).__name__
            raise Unavailable(self.down, where=where, problem=problem) from None
        if answer.status_code >= 500:
            problem = f"HTTP {answer.status_code}: {answer.text[:300]}"
            raise Unavailable(self.down, where=where, problem=problem)
        if answer.is_error:
            problem = f"HTTP {answer.status_code}: {answer.text[:300]}"
            raise InvalidInput(self.refused, where=where, path=path, problem=problem)
        kind = answer.headers.get("content-type", "")
        return answer.json() if "json" in kind else (answer.text or None)

    def test_connection(self) -> tuple[bool, str]:
        """Airflow's test button: whether the server is well, and a sentence."""
        try:
            self.call("GET", self.health)
        except AileronError as error:
            return False, str(error)
        return True, f"{self._client.base_url} answers."
