"""A served Bento over HTTP: readiness, its routes, calls."""

from __future__ import annotations

from typing import Any, ClassVar

from aileron.core.errors import AileronError
from aileron_airflow.hooks.http import HttpHook


class BentoMLHook(HttpHook):
    """A running BentoML service (`bentoml serve`, or one of Aileron's).

    Connection type ``bentoml``: host is the service's URL; a password is sent as a bearer
    token.
    """

    conn_type: ClassVar[str] = "bentoml"
    hook_name: ClassVar[str] = "BentoML"
    conn_name_attr: ClassVar[str] = "bentoml_conn_id"
    default_conn_name: ClassVar[str] = "bentoml_default"
    down = "aileron_airflow.service_down"
    refused = "aileron_airflow.service_refused"
    health = "/readyz"

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        return {
            "hidden_fields": ["schema", "port", "login", "extra"],
            "relabeling": {"host": "URL", "password": "Token"},
            "placeholders": {"host": "http://127.0.0.1:3000"},
        }

    def is_ready(self) -> bool:
        """Whether the service takes requests."""
        try:
            self.call("GET", self.health)
        except AileronError:
            return False
        return True

    def routes(self) -> list[str]:
        """Paths that the service offers, by its OpenAPI document."""
        document = self.call("GET", "/docs.json")
        return sorted(document["paths"])

    def predict(self, route: str, payload: Any) -> Any:
        """POST `payload` as JSON to `route` (``/predict``); the JSON answer.

        Raises:
            Unavailable: the service does not answer.
            InvalidInput: it refuses the request; the sentence quotes it.
        """
        return self.call("POST", route, json=payload)
