"""What can be chosen of: formats, operations with their forms, versions with a report."""

from __future__ import annotations

from plugins.api import Speaking
from plugins.history import History
from starlette.testclient import TestClient

from aileron.core.ports import ArtifactKind
from aileron.data.quality.frame import both, framed


def test_formats_of_all_kinds_of_data_are_told(speaking: Speaking) -> None:
    known = {one.name: one for one in speaking("en").formats()}
    assert {one.modality for one in known.values()} == {
        "table", "image", "text", "audio", "series",
    }  # fmt: skip
    assert next(iter(known)) == "csv"
    assert "detection" in known["coco"].tasks
    assert known["sqlite"].title.zh == "SQLite 数据库"
    assert all(first for one in known.values() for first, *_ in one.options.values())


def test_each_operation_has_a_form_in_the_readers_language(speaking: Speaking) -> None:
    english = {one.name: one for one in speaking("en").operations()}
    chinese = {one.name: one for one in speaking("zh").operations()}
    assert {"sample", "filter", "relabel", "resplit", "dedupe", "compact", "merge"} <= set(english)
    assert english["merge"].merges
    assert not english["sample"].merges
    assert english["relabel"].sources == ("changes",)
    sample = english["sample"].form
    assert sample.order[0] == "name"
    assert "parent" not in sample.properties  # the run knows it
    assert sample.properties["count"]["type"] == ["integer", "null"]
    assert chinese["sample"].form.properties["count"]["description"] == "样本数量"
    parts = english["filter"].form.properties["parts"]
    assert parts["items"]["enum"] == ["train", "validation", "test", "none"]


def test_the_work_on_datasets_has_stages_and_a_form(speaking: Speaking) -> None:
    found = speaking("en").lifecycle("dataset_operation")
    assert found.kind == "Operation"
    assert "operation" in found.form.properties
    assert speaking("en").lifecycle("import_fruit").kind == "Import"


def test_a_report_opens_in_the_readers_language(
    speaking: Speaking, history: History, http: TestClient
) -> None:
    history.dataset_version(1, {"a": ("1", "pear")})
    history.dataset_version(2, {"a": ("1", "pear"), "b": ("1", "plum")})
    assert speaking("en").dataset("fruit").profiled == ()
    run = history.trained("r1")
    html = framed("fruit", both("samples", "样本数"))
    report = history.artifact(ArtifactKind.REPORT, report_html=html, profile_json={})
    history.node(run, "profile", "data.profile", {"report": report})
    used = speaking("en").dataset("fruit").profiled
    assert len(used) == 1
    (version,) = used
    assert speaking("en").dataset_report("fruit", version) == html
    chinese = speaking("zh").dataset_report("fruit", version)
    assert 'id="chinese" checked' in chinese
    assert 'id="english" checked' not in chinese
    path = f"/api/v1/datasets/fruit/report?version={version}"
    assert http.get(f"{path}&language=zh").text == chinese
    assert http.get(f"{path}&language=en", headers={"Accept-Language": "zh"}).text == html
    assert http.get(f"{path}&language=de").status_code == 422
