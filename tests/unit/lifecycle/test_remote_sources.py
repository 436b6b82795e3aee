"""Datasets whose data lies elsewhere: checked without a byte, fetched by the plan of a run."""

from __future__ import annotations

import pytest
from plugins.allowed import LOOPBACK, write_connections
from plugins.far_servers import Far
from plugins.workspaces import DATASET, Workspace

from aileron.core.errors import InvalidInput, NotFound, Refused
from aileron.lifecycle import lint, resolve
from aileron.lifecycle.dataset import load_dataset
from aileron.store import open_store


@pytest.fixture
def far(far_web: Far, workspace: Workspace) -> Far:
    """The rows of `fruit` on another machine, from where its definition takes them."""
    rows = workspace.folder / "datasets/fruit/fruit.csv"
    far_web.files["/fruit.csv"] = rows.read_bytes()
    rows.unlink()
    named(workspace, f"{{url: '{far_web.url}/fruit.csv'}}")
    write_connections(workspace.folder, allowed_networks=LOOPBACK)
    return far_web


def named(workspace: Workspace, source: str) -> None:
    text = DATASET.replace("{file: fruit.csv}", source)
    workspace.write("datasets/fruit/dataset.yaml", text)


def fetched(workspace: Workspace) -> dict[str, bytes]:
    files = load_dataset(workspace.settings, "fruit").source_files(workspace.settings)
    return {inside: path.read_bytes() for inside, path in files.items()}


def test_the_plan_holds_what_was_fetched_and_a_second_one_sends_no_byte(
    far: Far, workspace: Workspace
) -> None:
    plans = [
        resolve(workspace.settings, "fruit", run_id=f"default/fruit/{number}", actor="ann")
        for number in (1, 2)
    ]
    assert plans[0].sources == plans[1].sources
    (source,) = plans[0].sources.values()
    store = open_store(workspace.settings.store_root)
    assert store.read_bytes(source, "fruit.csv") == far.files["/fruit.csv"]
    assert len(far.bodies()) == 1


def test_checking_fetches_nothing(far: Far, workspace: Workspace) -> None:
    load_dataset(workspace.settings, "fruit").check_source()
    assert lint(workspace.settings) == []
    assert far.asked == []


def test_a_private_address_that_nobody_allowed_is_not_asked(far: Far, workspace: Workspace) -> None:
    write_connections(workspace.folder)
    with pytest.raises(Refused, match=r"127\.0\.0\.1.*allowed_networks"):
        fetched(workspace)
    assert far.asked == []


def test_a_connection_that_is_not_there_is_found_before_a_run(workspace: Workspace) -> None:
    named(workspace, "{sql: {connection: farm, table: cows}}")
    with pytest.raises(NotFound, match=r"connections\.yaml has no connection farm"):
        load_dataset(workspace.settings, "fruit").check_source()


def test_rows_of_a_database_are_read_as_parquet(workspace: Workspace) -> None:
    named(workspace, "{sql: {connection: farm, table: cows}}")
    assert load_dataset(workspace.settings, "fruit").ingest["format"] == "parquet"


def test_the_name_of_an_address_says_the_format(far: Far, workspace: Workspace) -> None:
    named(workspace, f"{{url: '{far.url}/rows.jsonl?signature=x.csv'}}")
    assert load_dataset(workspace.settings, "fruit").ingest["format"] == "jsonl"


def test_a_table_is_not_made_of_a_folder(workspace: Workspace) -> None:
    share = workspace.folder / "share"
    share.mkdir()
    write_connections(workspace.folder, allowed_paths=[str(share)])
    named(workspace, f"{{path: {share}}}")
    with pytest.raises(InvalidInput, match="one file"):
        fetched(workspace)


def test_a_test_file_may_lie_here(far: Far, workspace: Workspace) -> None:
    workspace.write("datasets/fruit/test.csv", "weight,length,kind\n1,2,pear\n")
    named(workspace, f"{{url: '{far.url}/fruit.csv', test_file: test.csv}}")
    assert fetched(workspace) == {
        "data/fruit.csv": far.files["/fruit.csv"],
        "test/test.csv": b"weight,length,kind\n1,2,pear\n",
    }


@pytest.mark.parametrize("modality", ["image", "text", "audio"])
def test_pictures_texts_and_recordings_may_be_a_folder_elsewhere(
    modality: str, workspace: Workspace
) -> None:
    share = workspace.folder / "share" / "pets"
    share.mkdir(parents=True)
    write_connections(workspace.folder, allowed_paths=[str(share.parent)])
    head = DATASET.partition("source:")[0]
    text = f"{head}modality: {modality}\nsource: {{path: {share}}}\ntask: classification\n"
    workspace.write("datasets/fruit/dataset.yaml", text)
    dataset = load_dataset(workspace.settings, "fruit")
    dataset.check_source()
    assert dataset.source_files(workspace.settings) == {"pets.tar": share}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("{url: 'https://a/b.csv', file: fruit.csv}", "give one of"),
        ("{url: 'file:///etc/passwd'}", "begins with http"),
        ("{url: 'https://li:secret@a/b.csv'}", "no user and password"),
        ("{s3: {connection: farm, bucket: pets}}", "either `key` or `prefix`"),
        ("{sql: {connection: farm, table: 'a; b'}}", "should match"),
        ("{ftp: {connection: farm, path: rows.csv}}", "begins with /"),
        ("{upload: abc}", "should match"),
    ],
)
def test_a_place_that_makes_no_sense_is_refused_with_its_line(
    source: str, says: str, workspace: Workspace
) -> None:
    named(workspace, source)
    with pytest.raises(InvalidInput, match=rf"dataset\.yaml:4: .*{says}"):
        load_dataset(workspace.settings, "fruit")


def test_a_mistake_in_the_connections_is_a_finding(workspace: Workspace) -> None:
    write_connections(workspace.folder, connections={"farm": {"kind": "ftp", "hots": "x"}})
    (finding,) = lint(workspace.settings)
    assert "connections.yaml" in str(finding)
    assert "hots" in str(finding)


def test_a_password_in_the_file_is_refused(workspace: Workspace) -> None:
    server = {"kind": "ftp", "host": "x", "password": "hunter2"}
    write_connections(workspace.folder, connections={"farm": server})
    (finding,) = lint(workspace.settings)
    assert "{env: NAME}" in str(finding)
    assert "hunter2" not in str(finding)
