"""The log of a revision's pods: every line once, whatever a pod or the cluster does to it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aileron.cluster.access import Cluster
from aileron.core.errors import Unavailable
from aileron.deploy import pod_logs
from aileron.deploy.pod_logs import PodLogs, utc

DAY = "2024-05-01T"


class Told(Cluster):
    """A cluster that answers what the test says, and notes what it is asked."""

    def __init__(self, *answers: str | Exception) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[Mapping[str, str]] = []

    def get(self, path: str, query: Mapping[str, str] | None = None) -> bytes:
        self.asked.append(query or {})
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer.encode()


def pod(restarts: int = 0) -> dict[str, Any]:
    status = {"name": "service", "restartCount": restarts, "state": {"running": {}}}
    metadata = {"name": "aileron-cells-1-abc-xyz", "namespace": "cells"}
    return {"metadata": metadata, "status": {"containerStatuses": [status]}}


def lines(*said: tuple[str, str]) -> str:
    """A log as a kubelet tells it."""
    return "".join(f"{DAY}{time} {words}\n" for time, words in said)


def test_a_line_is_written_once(tmp_path: Path) -> None:
    first = ("08:00:00.1Z", "one")
    cluster = Told(lines(first), lines(first, ("08:00:00.12Z", "two")))
    logs = PodLogs(cluster, tmp_path / "1.log")

    logs.collect([pod()])
    logs.collect([pod()])

    assert logs.path.read_text() == "xyz one\nxyz two\n"
    assert "sinceTime" not in cluster.asked[0]
    assert cluster.asked[1]["sinceTime"] == f"{DAY}08:00:00Z"


def test_what_could_not_be_written_comes_the_next_time(tmp_path: Path) -> None:
    said = lines(("08:00:00Z", "one"))
    logs = PodLogs(Told(said, said, said, said), tmp_path / "1.log")
    logs.path.mkdir()
    with pytest.raises(IsADirectoryError):
        logs.collect([pod(restarts=1)])
    logs.path.rmdir()

    logs.collect([pod(restarts=1)])

    assert logs.path.read_text() == "xyz one\n"


def test_a_cluster_that_goes_away_between_two_pods_loses_no_line(tmp_path: Path) -> None:
    said, gone = lines(("08:00:00Z", "one")), OSError("no route")
    logs = PodLogs(Told(said, gone, said, ""), tmp_path / "1.log")
    with pytest.raises(Unavailable):
        logs.collect([pod(), pod()])

    logs.collect([pod(), pod()])

    assert logs.path.read_text() == "xyz one\n"


@pytest.mark.parametrize("control", ["\r", "\f", "\v", "\x1c", "\x85", "\u2028"])
def test_a_line_ends_with_a_newline_and_nothing_else(tmp_path: Path, control: str) -> None:
    words = f"50 %{control}zzz 100 %"
    later = lines(("08:00:01Z", "done"))
    logs = PodLogs(Told(lines(("08:00:00Z", words)), later), tmp_path / "1.log")

    logs.collect([pod()])
    logs.collect([pod()])

    written = logs.path.read_bytes().decode()
    assert written == f"xyz {words}\nxyz done\n"


def test_what_has_no_time_is_no_line_of_the_container(tmp_path: Path) -> None:
    said = "unable to retrieve container logs\n" + lines(("08:00:00Z", "one"))
    logs = PodLogs(Told(said, lines(("08:00:01Z", "two"))), tmp_path / "1.log")

    logs.collect([pod()])
    logs.collect([pod()])

    assert logs.path.read_text() == "xyz one\nxyz two\n"


def test_times_are_told_in_the_zone_of_their_node(tmp_path: Path) -> None:
    cluster = Told(
        lines(("08:00:00.5+08:00", "one")), lines(("08:00:00.5+08:00", "one"), ("00:00:01Z", "two"))
    )
    logs = PodLogs(cluster, tmp_path / "1.log")

    logs.collect([pod()])
    logs.collect([pod()])

    assert cluster.asked[1]["sinceTime"] == f"{DAY}00:00:00Z"
    assert logs.path.read_text() == "xyz one\nxyz two\n"


def test_a_line_that_is_cut_comes_whole_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lines(("08:00:00Z", "one"), ("08:00:01Z", "two and more"))
    cut = len(whole) - len("more\n")
    monkeypatch.setattr(pod_logs, "PIECE", cut)
    logs = PodLogs(Told(whole[:cut], lines(("08:00:01Z", "two and more"))), tmp_path / "1.log")

    logs.collect([pod()])
    assert logs.path.read_text() == "xyz one\n"
    monkeypatch.setattr(pod_logs, "PIECE", 1000)
    logs.collect([pod()])

    assert logs.path.read_text() == "xyz one\nxyz two and more\n"


def test_a_successor_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    said = lines(("08:00:00Z", "one"))
    PodLogs(Told(said), tmp_path / "1.log").collect([pod()])

    PodLogs(Told(said), tmp_path / "1.log").collect([pod()])

    assert (tmp_path / "1.log").read_text() == "xyz one\n"


def test_times_compare_as_texts() -> None:
    stamps = ["08:00:00Z", "08:00:00.000000001Z", "08:00:00.1Z", "08:00:00.12Z", "08:00:01Z"]
    told = [utc(DAY + stamp) or "" for stamp in stamps]

    assert told == sorted(set(told))
    assert utc("2024-05-01T08:00:00+08:00") == f"{DAY}00:00:00.000000000Z"
    assert [utc(text) for text in ("", "zzz", "2024-13-01T00:00:00Z", "2024-05-01")] == [None] * 4
