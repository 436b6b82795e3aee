"""BML's dataset calls: its field names, its numbers for errors, its way to send a token."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from plugins.history import History

from aileron.core.access import Role
from aileron.core.ports import ArtifactKind
from aileron.ledger import RunState

BASE = "/api/bml/rpc/2.0/easydl/pro/dataset/"
Call = Callable[..., dict[str, Any]]


def group(call: Call) -> int:
    (one,) = call("describeDatasets", {})["datasets"]
    assert one["dataset_name"] == "fruit"
    return int(one["dataset_group_id"])


def versions(call: Call) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(
        "describeDatasetVersions", {"dataset_group_id": group(call)}
    )["dataset_versions"]
    return found


def test_datasets_are_listed_by_words_and_kinds(call: Call, fruit: History) -> None:
    assert call("describeDatasets", {})["page_info"] == {"limit": 10, "offset": 0, "total": 1}
    for body, count in (
        ({"word": "fru"}, 1),
        ({"word": "nuts"}, 0),
        ({"filter": {"type": ["DATA_TABLE_FORECASTING"]}}, 1),
        ({"filter": {"type": ["IMAGE_CLASSIFICATION"]}}, 0),
        ({"filter": {"template_type": ["DATA_TABLE_FORECASTING"]}}, 1),
        ({"filter": {"template_type": ["TEXT_SIMILARITY"]}}, 0),
    ):
        assert call("describeDatasets", body)["page_info"]["total"] == count, body
    assert call("describeDatasets", {"offset": 1})["datasets"] == []


def test_versions_are_listed_and_shown(call: Call, fruit: History) -> None:
    second, first = versions(call)
    assert (second["version_number"], first["version_number"]) == (2, 1)
    assert second["import_status"] == "ImportFinished"
    assert (second["columns"], second["rows"], first["rows"]) == (2, 2, 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", first["create_time"])
    shown = call("describeDatasetVersion", {"dataset_id": first["dataset_id"]})
    assert shown.items() >= first.items()
    assert shown["dataset_group_id"] == group(call)
    assert shown["storage_path"] == "dvc:/default/fruit@v1/"
    assert (shown["import_progress"], shown["storage_type"]) == (1.0, "sysBos")
    assert shown["size_MB"] >= 0


def test_a_version_and_a_dataset_are_deleted(call: Call, fruit: History) -> None:
    _, first = versions(call)
    assert call("deleteDatasetVersion", {"dataset_id": first["dataset_id"]})["result"] is True
    assert [one["version_number"] for one in versions(call)] == [2]
    assert call("deleteDataset", {"dataset_group_id": group(call)})["result"] is True
    assert call("describeDatasets", {})["datasets"] == []


def test_guessing_a_schema_looks_into_the_named_connection(call: Call, rig: dict[str, str]) -> None:
    found = call("guessSchema", rig)["result"]
    assert found["schema"] == {
        "names": ["id", "name", "pressure"],
        "types": ["bigint", "string", "double"],
        "columns": [0, 1, 2],
    }
    assert (found["values"], found["total_size"], found["has_preview"]) == (
        [["1", "泵", "2.5"]], 3, True,
    )  # fmt: skip


ERRORS = (
    ("describeDatasetVersion", {"dataset_id": 99}, "viewer", 404, 406002, "dataset not exist"),
    ("deleteDataset", {"dataset_group_id": 99}, "developer", 404, 406002, "dataset not exist"),
    ("deleteDataset", {"dataset_group_id": 1}, "viewer", 403, 406006, "no permission"),
    ("describeDatasets", {"limit": 0}, "viewer", 422, 406001, "param[limit] invalid"),
    ("describeDatasets", {"colour": 1}, "viewer", 422, 406001, "param[colour] invalid"),
    ("deleteDataset", {"dataset_group_id": "x"}, "admin", 422, 406001, "dataset_group_id"),
    ("smartAnnotate", {}, "admin", 404, 3, "Unsupported openapi method"),
)
"""Call, body, role -> status, number, words of the message."""


def test_errors_have_bmls_numbers(call: Call, fruit: History) -> None:
    for name, body, role, status, code, said in ERRORS:
        document = call(name, body, role=role, status=status)
        assert document["error_code"] == code, name
        assert said in document["error_msg"]


def test_what_is_in_use_cannot_be_modified_now(call: Call, fruit: History) -> None:
    fruit.trained("r1")
    document = call("deleteDataset", {"dataset_group_id": group(call)}, status=409)
    assert document["error_code"] == 406004
    assert "Run default/fruit/r1 is not over." in document["error_msg"]


def test_wrong_and_expired_tokens_have_numbers_of_their_own(api: Any, fruit: History) -> None:
    path = f"{BASE}describeDatasets"
    old = fruit.token("admin", days=-1)
    for query, code in (("", 110), ("?access_token=ail_x", 110), (f"?access_token={old}", 111)):
        answer = api.http.post(path + query, json={})
        assert (answer.status_code, answer.json()["error_code"]) == (401, code), query
    good = {"Authorization": f"Bearer {fruit.token('viewer')}"}
    assert api.http.post(path, json={}, headers=good).status_code == 200


def test_a_token_in_the_address_opens_nothing_else(api: Any, fruit: History) -> None:
    token = fruit.token("admin")
    assert api.http.get(f"/api/v1/datasets?access_token={token}").status_code == 401


def test_another_projects_numbers_are_not_known(api: Any, call: Call, fruit: History) -> None:
    number, version = group(call), versions(call)[0]["dataset_id"]
    api.ask("developer", "PATCH", "datasets/fruit", json={"visibility": "public"})
    _, secret = fruit.ledger.tokens.create("pump", Role.ADMIN, "pumps")
    for name, body in (
        ("deleteDataset", {"dataset_group_id": number}),
        ("describeDatasetVersion", {"dataset_id": version}),
    ):
        answer = api.http.post(f"{BASE}{name}?access_token={secret}", json=body)
        assert answer.json()["error_code"] == 406002


def newest_run(history: History, workflow: str) -> str:
    return history.ledger.runs.list("default", workflow, limit=1)[0].run_id


def test_an_import_is_a_run_that_ends_with_a_version(
    call: Call, fruit: History, rig: dict[str, str], scheduler: Any
) -> None:
    first = versions(call)[1]["dataset_id"]
    task = {"task_id": call("createImportTask", {"dataset_id": first, **rig})["task_id"]}
    ((dag, conf),) = scheduler.asked
    assert dag == "default__import_fruit"
    assert conf["set"]["source.sql.table"] == "pumps"
    begun = call("describeImportTask", task)
    assert (begun["import_status"], begun["finish_time"], begun["dataset_id"]) == (
        "Importing", None, None,
    )  # fmt: skip
    run = fruit.ledger.runs.get(newest_run(fruit, "import_fruit"))
    fruit.dataset_version(3, {"c": ("3", "plum")})
    record = fruit.artifact(ArtifactKind.RECORD, record_json={"tag": "default/fruit@v3"})
    fruit.node(run, "version", "data.version", {"record": record})
    fruit.finished(run)
    ended = call("describeImportTask", task)
    assert (ended["import_status"], ended["rows"]) == ("ImportFinished", 1)
    assert ended["dataset_id"] == versions(call)[0]["dataset_id"]
    call("describeExportTask", task, status=404)


def test_an_import_that_failed_says_so(
    call: Call, fruit: History, rig: dict[str, str], scheduler: Any
) -> None:
    first = versions(call)[1]["dataset_id"]
    task = {"task_id": call("createImportTask", {"dataset_id": first, **rig})["task_id"]}
    run = fruit.ledger.runs.get(newest_run(fruit, "import_fruit"))
    fruit.finished(run, RunState.FAILED, "The table is empty.")
    assert call("describeImportTask", task)["import_status"] == "ImportFailed"


def test_what_an_import_cannot_do_is_refused_by_its_name(
    call: Call, fruit: History, rig: dict[str, str], scheduler: Any
) -> None:
    asked = {"dataset_id": versions(call)[0]["dataset_id"], **rig}
    for more in ({"schema": {}}, {"column_error": "stop"}, {"database_name": "nowhere"}):
        status = 422 if "database_name" not in more else 404
        assert call("createImportTask", asked | more, status=status)["error_code"] > 406000
    assert scheduler.asked == []


@pytest.fixture
def exported(call: Call, fruit: History, scheduler: Any) -> dict[str, Any]:
    """What BML says of an export that is over."""
    asked = {"dataset_id": versions(call)[1]["dataset_id"], "storage_type": "sysBos"}
    task = {"task_id": call("createExportTask", asked)["task_id"]}
    ((dag, conf),) = scheduler.asked
    assert dag == "default__dataset_export"
    assert conf["set"] == {"dataset": "fruit", "version": 1, "format": "csv"}
    assert call("describeExportTask", task)["export_status"] == "Exporting"
    run = fruit.ledger.runs.get(newest_run(fruit, "dataset_export"))
    facts = {"format_version": 1, "file": "fruit.csv", "format": "csv", "size": 9, "losses": {}}
    written = fruit.artifact(ArtifactKind.EXPORT, export_json=facts, fruit_csv="a,b\n1,泵\n")
    fruit.node(run, "export", "data.export", {"export": written})
    fruit.finished(run)
    return call("describeExportTask", task)


def test_an_export_is_fetched_by_its_signed_address_without_a_login(
    api: Any, exported: dict[str, Any]
) -> None:
    assert exported["export_status"] == "ExportFinished"
    address = exported["download_url"]
    answer = api.http.get(address)
    assert answer.content.decode() == "a,b\n1,泵\n"
    assert "export_" in answer.headers["content-disposition"]
    path, _, query = address.partition("?")
    assert api.http.get(path).status_code == 422
    for other in (
        address.replace("export_", "other_"),
        f"{path}?{re.sub(r'expires=(.)', 'expires=9', query)}0",
        f"{path}?expires=99999999999&signature={'0' * 64}",
    ):
        assert api.http.get(other).status_code in (403, 422), other
    assert api.http.post(address).status_code in (401, 405)


def test_a_signed_address_is_good_for_an_hour(
    api: Any, exported: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr("aileron.api.bml.signing.time.time", lambda: now + 3601)
    answer = api.http.get(exported["download_url"])
    assert (answer.status_code, answer.json()["error_code"]) == (403, 6)


def test_the_key_of_signatures_is_the_servers_alone(
    exported: dict[str, Any], history: History
) -> None:
    key = history.settings.home / "api" / "download.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in key.parent.iterdir()] == ["download.key"]
