"""Tables of real databases become Parquet files: types, batches, limits, nothing written."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plugins.allowed import allowed
from plugins.datasets import Workbench
from plugins.far_servers import MariaDb
from sqlalchemy import NullPool, create_engine, make_url

from aileron.core.errors import AileronError, InvalidInput, Refused, Unavailable
from aileron.data.card import read_table_card
from aileron.data.sources import databases
from aileron.data.sources.connections import Connections
from aileron.data.sources.fetch import fetch
from aileron.data.sources.spec import RemoteSource, SqlPlace
from aileron.data.sources.tables import ping, preview
from aileron.stack.postgres import EmbeddedPostgres

Rows = Callable[..., pa.Table]


def rows_of(connections: Connections, home: Path, **place: str) -> pa.Table:
    source = RemoteSource.model_validate({"sql": {"connection": "farm", **place}})
    ((name, path),) = fetch(source, connections, home, print).items()
    assert name == f"{place.get('table', 'rows')}.parquet"
    return pq.read_table(path)


# PostgreSQL


@pytest.fixture(scope="module")
def postgres_farm(postgres: EmbeddedPostgres) -> Iterator[Any]:
    """Its administrator's connection to database `farm`."""
    postgres.ensure_database("farm")
    engine = create_engine(postgres.url("farm"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        run = connection.exec_driver_sql
        run("CREATE TYPE mood AS ENUM ('calm', '开心')")
        run(
            "CREATE TABLE cows (id bigint, name text, weight numeric(8,2), share numeric,"
            " height double precision, born date, seen timestamp, sold timestamptz, milk boolean,"
            " mood mood, facts jsonb, uid uuid, at time)"
        )
        run(
            "INSERT INTO cows VALUES (9007199254740993, '奶牛', 612.25, 0.1, 1.5, '2020-02-29',"
            " '2024-01-01 12:00:00.000001', '2024-01-01 12:00:00+08', true, '开心',"
            " '{\"a\": [1, \"二\"]}', '6f1e1e3e-0000-4000-8000-000000000001', '10:00'),"
            " (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
        )
        run("CREATE TABLE many AS SELECT n, n * 2 AS twice FROM generate_series(1, 60000) n")
        run("CREATE SEQUENCE numbers")
        run("CREATE TABLE blobs (id int, picture bytea)")
        run("INSERT INTO blobs VALUES (1, 'x')")
        yield connection
    engine.dispose()


@pytest.fixture
def postgres_connections(
    postgres: EmbeddedPostgres, postgres_farm: Any, tmp_path: Path
) -> Connections:
    url = make_url(postgres.url("farm"))
    server = {"kind": "postgresql", "host": url.host or url.query["host"], "user": url.username}
    server |= {"port": url.port or 5432, "database": "farm", "tls": "prefer"}
    environ = {}
    if url.password:
        server["password"] = {"env": "FARM_PASSWORD"}
        environ["FARM_PASSWORD"] = str(url.password)
    limits = {"preview_seconds": 1}
    return allowed(tmp_path, environ, connections={"farm": server}, limits=limits)


def test_the_types_of_postgresql(postgres_connections: Connections, tmp_path: Path) -> None:
    table = rows_of(postgres_connections, tmp_path, table="cows")
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        "id": "int64",
        "name": "string",
        "weight": "decimal128(8, 2)",
        "share": "double",
        "height": "double",
        "born": "date32[day]",
        "seen": "timestamp[us]",
        "sold": "timestamp[us, tz=UTC]",
        "milk": "bool",
        "mood": "string",
        "facts": "string",
        "uid": "string",
        "at": "string",
    }
    first, second = table.to_pylist()
    assert first["id"] == 9007199254740993
    assert [first["name"], str(first["weight"]), first["share"]] == ["奶牛", "612.25", 0.1]
    assert first["sold"].isoformat() == "2024-01-01T04:00:00+00:00"
    assert first["mood"] == "开心"
    assert json.loads(first["facts"]) == {"a": [1, "二"]}
    assert {value for name, value in second.items() if name != "id"} == {None}


def test_one_select_is_taken_as_it_is(postgres_connections: Connections, tmp_path: Path) -> None:
    asked = "WITH a AS (SELECT 'x;%' AS t) SELECT t, 5 % 3 AS n FROM a WHERE t LIKE 'x%';"
    assert rows_of(postgres_connections, tmp_path, select=asked).to_pylist() == [
        {"t": "x;%", "n": 2}
    ]


def test_many_rows_come_in_batches(
    postgres_connections: Connections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    plain = databases._batches

    def counted(result: Any, batch: int) -> Iterator[Any]:
        for rows in plain(result, batch):
            sizes.append(len(rows))
            yield rows

    monkeypatch.setattr(databases, "_batches", counted)
    table = rows_of(postgres_connections, tmp_path, table="public.many".removeprefix("public."))
    assert table.num_rows == 60_000
    assert max(sizes) == databases.BATCH_ROWS


def test_bytes_are_refused_by_the_name_of_their_column(
    postgres_connections: Connections, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match=r"column picture is of a type .* bytes"):
        rows_of(postgres_connections, tmp_path, table="blobs")
    assert list((tmp_path / "cache").rglob("*.parquet")) == []


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("SELECT 1; DROP TABLE cows", "more than one statement"),
        ("SELECT 1 AS a, 2 AS a", "Two columns"),
        ("DELETE FROM cows", "begins with"),
        ("WITH gone AS (DELETE FROM cows RETURNING id) SELECT * FROM gone", "DELETE"),
        ("SELECT * INTO copies FROM cows", "INTO"),
        ("SELECT nextval('numbers')", "read-only"),
        ("SELECT E'\\'; DROP TABLE cows --'", None),
        ("SELECT $a$; DROP TABLE cows; --$a$ AS t", None),
        ("SELECT none FROM cows", "does not exist"),
        ("SELECT /* ; */ 1 AS one -- ;", None),
    ],
)
def test_a_statement_reads_or_is_refused(
    statement: str,
    says: str | None,
    postgres_connections: Connections,
    postgres_farm: Any,
    tmp_path: Path,
) -> None:
    if says is None:
        assert rows_of(postgres_connections, tmp_path, select=statement).num_rows == 1
    else:
        with pytest.raises(AileronError, match=says):
            rows_of(postgres_connections, tmp_path, select=statement)
    assert postgres_farm.exec_driver_sql("SELECT count(*) FROM cows").scalar() == 2


def test_the_transaction_itself_cannot_write(
    postgres_connections: Connections, postgres_farm: Any
) -> None:
    reader = databases.Reader(postgres_connections.get("farm"), postgres_connections, 5)  # type: ignore[arg-type]
    with (
        pytest.raises(AileronError, match="read-only"),
        reader.rows("SELECT nextval('numbers')") as rows,
    ):
        list(rows.batches)
    assert not postgres_farm.exec_driver_sql("SELECT is_called FROM numbers").scalar()


def test_a_statement_that_takes_too_long_is_ended(postgres_connections: Connections) -> None:
    place = SqlPlace(connection="farm", select="SELECT pg_sleep(30)")
    with pytest.raises(Unavailable, match="more than 1 s"):
        preview(postgres_connections.get("farm"), place, postgres_connections, 5)  # type: ignore[arg-type]


def test_a_preview_has_columns_types_and_some_rows(postgres_connections: Connections) -> None:
    farm: Any = postgres_connections.get("farm")
    found = preview(farm, SqlPlace(connection="farm", table="many"), postgres_connections, 3)
    assert found.columns == (("n", "int64"), ("twice", "int64"))
    assert found.rows == (("1", "2"), ("2", "4"), ("3", "6"))
    assert found.more
    seen = preview(farm, SqlPlace(connection="farm", table="blobs"), postgres_connections, 3)
    assert seen.rows == (("1", "(1 bytes)"),)
    assert not seen.more


def test_a_server_that_answers_says_its_version(postgres_connections: Connections) -> None:
    farm: Any = postgres_connections.get("farm")
    assert ping(farm, postgres_connections).startswith("PostgreSQL")


def test_a_server_that_is_away_is_said_without_its_password(tmp_path: Path) -> None:
    server = {"kind": "postgresql", "host": "127.0.0.1", "port": 9, "database": "x"}
    server |= {"user": "u", "password": {"env": "P"}}
    connections = allowed(tmp_path, {"P": "hunter2"}, connections={"farm": server})
    farm: Any = connections.get("farm")
    with pytest.raises(Unavailable, match="refused") as caught:
        ping(farm, connections)
    assert "hunter2" not in str(caught.value)


# MariaDB


@pytest.fixture
def maria_connections(mariadb: MariaDb, tmp_path: Path) -> Connections:
    mariadb.run(
        "CREATE TABLE IF NOT EXISTS cows (id BIGINT UNSIGNED, name VARCHAR(20),"
        " weight DECIMAL(8,2), height DOUBLE, born DATE, seen DATETIME(6), milk BOOL,"
        " mood ENUM('calm','glad'), notes LONGTEXT, at TIME);"
        "TRUNCATE cows; INSERT INTO cows VALUES (1, '奶牛', 612.25, 1.5, '2020-02-29',"
        " '2024-01-01 12:00:00.000001', TRUE, 'glad', 'x', '10:00'),"
        " (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);"
        "CREATE TABLE IF NOT EXISTS blobs (id INT, picture BLOB);"
        "TRUNCATE blobs; INSERT INTO blobs VALUES (1, x'00ff')",
        "farm",
    )
    server = {"kind": "mysql", "host": "127.0.0.1", "port": mariadb.port, "database": "farm"}
    server |= {"user": "reader", "password": {"env": "P"}}
    limits = {"preview_seconds": 1}
    return allowed(tmp_path, {"P": "se:cr@t"}, connections={"farm": server}, limits=limits)


def test_the_types_of_mariadb(maria_connections: Connections, tmp_path: Path) -> None:
    table = rows_of(maria_connections, tmp_path, table="cows")
    types = {field.name: str(field.type) for field in table.schema}
    assert types.pop("weight").startswith("decimal128(")
    assert types == {
        "id": "int64",
        "name": "string",
        "height": "double",
        "born": "date32[day]",
        "seen": "timestamp[us]",
        "milk": "int64",
        "mood": "string",
        "notes": "string",
        "at": "string",
    }
    first = table.to_pylist()[0]
    assert [first["name"], str(first["weight"]), first["mood"]] == ["奶牛", "612.25", "glad"]
    assert table.to_pylist()[1]["born"] is None


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("SELECT * FROM cows INTO OUTFILE '/tmp/x'", "INTO"),
        ("SELECT 1 /*! INTO OUTFILE '/tmp/x' */", "not closed"),
        ("SELECT * FROM cows FOR UPDATE", "UPDATE"),
        ("SELECT 'a\\'; b' AS t", None),
        ("SELECT 'a%' AS t # ;", None),
        ("SELECT * FROM mysql.user", "denied"),
    ],
)
def test_a_statement_of_mariadb_reads_or_is_refused(
    statement: str, says: str | None, maria_connections: Connections, tmp_path: Path
) -> None:
    if says is None:
        assert rows_of(maria_connections, tmp_path, select=statement).num_rows == 1
    else:
        with pytest.raises(AileronError, match=says):
            rows_of(maria_connections, tmp_path, select=statement)


def test_bytes_of_mariadb_are_refused(maria_connections: Connections, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="column picture"):
        rows_of(maria_connections, tmp_path, table="blobs")


def test_a_slow_statement_of_mariadb_is_ended(maria_connections: Connections) -> None:
    farm: Any = maria_connections.get("farm")
    slow = "SELECT count(*) AS n FROM seq_1_to_1000000000 a, seq_1_to_1000000000 b"
    with pytest.raises(Unavailable, match="more than 1 s"):
        preview(farm, SqlPlace(connection="farm", select=slow), maria_connections, 5)
    assert "MariaDB" in ping(farm, maria_connections)


def test_a_wrong_password_of_mariadb_is_said(
    maria_connections: Connections, mariadb: MariaDb, tmp_path: Path
) -> None:
    server = {"kind": "mysql", "host": "127.0.0.1", "port": mariadb.port, "database": "farm"}
    server |= {"user": "reader", "password": {"env": "P"}}
    connections = allowed(tmp_path, {"P": "wrong"}, connections={"farm": server})
    farm: Any = connections.get("farm")
    with pytest.raises(Unavailable, match="Access denied"):
        ping(farm, connections)


# SQLite


@pytest.fixture
def sqlite_connections(tmp_path: Path) -> Connections:
    path = tmp_path / "share" / "farm #1?.db"
    path.parent.mkdir()
    with sqlite3.connect(path) as made:
        made.execute('CREATE TABLE cows (id INTEGER, "na""me" TEXT, weight, tag, seen TIMESTAMP)')
        made.execute("INSERT INTO cows VALUES (1, '奶牛', 1, 1, '2024-01-01')")
        made.execute("INSERT INTO cows VALUES (2, NULL, 2.5, 'x', NULL)")
        made.execute("CREATE TABLE blobs (picture)")
        made.execute("INSERT INTO blobs VALUES (x'00')")
    made.close()
    server = {"kind": "sqlite", "database": str(path)}
    limits = {"preview_seconds": 1}
    return allowed(
        tmp_path, allowed_paths=[str(path.parent)], connections={"farm": server}, limits=limits
    )


def test_the_types_of_sqlite_are_those_of_all_values(
    sqlite_connections: Connections, tmp_path: Path
) -> None:
    table = rows_of(sqlite_connections, tmp_path, table="cows")
    assert {field.name: str(field.type) for field in table.schema} == {
        "id": "int64",
        'na"me': "string",
        "weight": "double",
        "tag": "string",
        "seen": "string",
    }
    assert table.column("tag").to_pylist() == ["1", "x"]


def test_bytes_of_sqlite_are_refused(sqlite_connections: Connections, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="column picture"):
        rows_of(sqlite_connections, tmp_path, table="blobs")


def test_a_slow_statement_of_sqlite_is_ended(sqlite_connections: Connections) -> None:
    farm: Any = sqlite_connections.get("farm")
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with pytest.raises(Unavailable, match="more than 1 s"):
        preview(farm, SqlPlace(connection="farm", select=slow), sqlite_connections, 5)


def test_sqlite_outside_the_allowed_folders_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "farm.db"
    sqlite3.connect(path).close()
    connections = allowed(tmp_path, connections={"farm": {"kind": "sqlite", "database": str(path)}})
    farm: Any = connections.get("farm")
    with pytest.raises(Refused, match="allowed_paths"):
        ping(farm, connections)


def test_a_sqlite_file_is_not_written(sqlite_connections: Connections) -> None:
    farm: Any = sqlite_connections.get("farm")
    reader = databases.Reader(farm, sqlite_connections, 5)
    with pytest.raises(AileronError, match="readonly"), reader.rows("DELETE FROM cows") as rows:
        list(rows.batches)


# From a database to a dataset


def test_a_table_of_a_database_becomes_a_dataset(
    postgres_connections: Connections, postgres_farm: Any, tmp_path: Path
) -> None:
    postgres_farm.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS herd AS SELECT n AS id, (n * 1.25)::numeric(8,2) AS weight,"
        " date '2020-01-01' + n AS born, CASE WHEN mod(n, 2) = 0 THEN '奶牛' ELSE 'ox' END AS kind"
        " FROM generate_series(1, 40) n"
    )
    source = RemoteSource.model_validate({"sql": {"connection": "farm", "table": "herd"}})
    ((_, path),) = fetch(source, postgres_connections, tmp_path, print).items()
    said = {
        "name": "herd",
        "format": "parquet",
        "target": "kind",
        "task": "classification",
        "id_column": "id",
    }
    folder = Workbench(tmp_path / "bench").ingest(path.read_bytes(), said, "herd.parquet")
    card = read_table_card(folder)
    types = {column.name: column.type for column in card.columns}
    assert (types["weight"], types["born"]) == ("number", "date")
    assert set(card.classes or ()) == {"ox", "奶牛"}
