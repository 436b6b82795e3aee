"""Which databases a team's installation has, by variables or by files."""

from __future__ import annotations

from pathlib import Path

import pytest

from aileron.backup.databases import named_databases
from aileron.core.errors import InvalidInput

URLS = {name: f"postgresql://u:p@h/{name}" for name in ("aileron", "airflow", "mlflow", "more")}
VARIABLES = {
    "AILERON_LEDGER_URL": URLS["aileron"],
    "AILERON_AIRFLOW_DATABASE_URL": URLS["airflow"],
    "AILERON_MLFLOW_DATABASE_URL": URLS["mlflow"],
    "AILERON_MORE_DATABASE_URL": URLS["more"],
}
OTHERS = {"SSL_CERT_FILE": "/not/there", "AILERON_AIRFLOW_LOGIN_FILE": "/not/there", "HOME": "/"}


def test_databases_are_named_by_variables_or_by_files(tmp_path: Path) -> None:
    assert named_databases({**OTHERS, **VARIABLES}) == URLS
    files = {}
    for variable, url in VARIABLES.items():
        (tmp_path / variable).write_text(f"{url}\n")
        files[f"{variable}_FILE"] = str(tmp_path / variable)
    assert named_databases({**OTHERS, **files}) == URLS
    del files["AILERON_MLFLOW_DATABASE_URL_FILE"]
    with pytest.raises(InvalidInput, match="AILERON_MLFLOW_DATABASE_URL"):
        named_databases({**OTHERS, **files})
