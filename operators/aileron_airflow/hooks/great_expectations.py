"""Great Expectations: validate a table against a suite, from a project folder or without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseHook

from aileron.core.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.data_context import AbstractDataContext


class GreatExpectationsHook(BaseHook):
    """Suites of a Great Expectations project, or written out in the call.

    Connection type ``great_expectations``: host is the project's folder; without a host the
    context lives in memory.
    """

    conn_type: ClassVar[str] = "great_expectations"
    hook_name: ClassVar[str] = "Great Expectations"
    conn_name_attr: ClassVar[str] = "gx_conn_id"
    default_conn_name: ClassVar[str] = "great_expectations_default"

    def __init__(self, conn_id: str | None = None) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        return {
            "hidden_fields": ["schema", "port", "login", "password", "extra"],
            "relabeling": {"host": "Project folder"},
            "placeholders": {"host": "/srv/gx"},
        }

    @property
    def folder(self) -> str | None:
        """The project's folder, None for a context in memory."""
        return self.get_connection(self.conn_id).host or None

    def get_conn(self) -> AbstractDataContext:
        """The data context."""
        import great_expectations

        if self.folder is None:
            return great_expectations.get_context(mode="ephemeral")
        return great_expectations.get_context(mode="file", project_root_dir=self.folder)

    def suites(self) -> list[str]:
        """Names of the project's suites."""
        return sorted(suite.name for suite in self.get_conn().suites.all())

    def validate(
        self,
        frame: pd.DataFrame,
        suite: str | Sequence[Mapping[str, Any]],
    ) -> dict[str, Any]:
        """Validate `frame`; the result as JSON values, with ``success`` and ``results``.

        Args:
            suite: name of a suite of the project, or expectations as ``{type, kwargs}``.

        Raises:
            InvalidInput: the project has no such suite.
        """
        from great_expectations.core import ExpectationSuite

        context = self.get_conn()
        if isinstance(suite, str):
            if suite not in [known.name for known in context.suites.all()]:
                raise InvalidInput("aileron_airflow.no_suite", name=suite, folder=self.folder)
            expected = context.suites.get(suite)
        else:
            expected = ExpectationSuite(name="given", expectations=[dict(e) for e in suite])
        import great_expectations

        memory = great_expectations.get_context(mode="ephemeral")
        source = memory.data_sources.add_pandas("memory")
        batch = source.add_dataframe_asset("table").add_batch_definition_whole_dataframe("all")
        result = batch.get_batch(batch_parameters={"dataframe": frame}).validate(expected)
        answer: dict[str, Any] = result.to_json_dict()
        return answer

    def test_connection(self) -> tuple[bool, str]:
        """Airflow's test button: whether the project's folder holds a project."""
        if self.folder is None:
            return True, "A context in memory."
        if not (Path(self.folder) / "gx" / "great_expectations.yml").is_file():
            return False, f"{self.folder} holds no gx/great_expectations.yml."
        return True, f"{self.folder} is a Great Expectations project."
