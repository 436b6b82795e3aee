"""The access log."""

import json
from pathlib import Path

from aileron.gateway.access_log import AccessLog


def test_lines_are_written_when_flushed(tmp_path: Path) -> None:
    log = AccessLog(tmp_path / "logs" / "access.log")
    log.write({"path": "/a"})
    log.write({"path": "/b\n"})
    assert (tmp_path / "logs" / "access.log").read_text() == ""

    log.flush()

    lines = (tmp_path / "logs" / "access.log").read_text().splitlines()
    assert [json.loads(line)["path"] for line in lines] == ["/a", "/b\n"]


def test_a_long_log_is_put_aside_and_nothing_is_lost(tmp_path: Path) -> None:
    log = AccessLog(tmp_path / "access.log", max_bytes=20)
    log.write({"number": 1, "padding": "x" * 20})
    log.flush()
    log.write({"number": 2})
    log.close()

    assert json.loads((tmp_path / "access.log.1").read_text())["number"] == 1
    assert json.loads((tmp_path / "access.log").read_text())["number"] == 2
