"""The canonical log is numbered without gaps and loses nothing."""

from datetime import UTC, datetime
from pathlib import Path

from aileron.run.logs import LineFollower, LogReader, last_lines, numbered


def test_a_line_has_number_time_and_text() -> None:
    moment = datetime(2026, 11, 21, 2, 36, 0, 123456, tzinfo=UTC)
    assert numbered(42, "hello", moment) == "000042 2026-11-21T02:36:00.123Z hello"


def test_a_follower_gives_whole_lines_as_they_are_ended(tmp_path: Path) -> None:
    path = tmp_path / "output"
    follower = LineFollower(path)
    assert follower.new_lines() == []
    with path.open("ab", buffering=0) as file:
        file.write(b"one\ntw")
        assert follower.new_lines() == ["one"]
        file.write("o\n进度".encode())
        assert follower.new_lines() == ["two"]
        assert follower.new_lines(final=True) == ["进度"]
    follower.close()


def test_the_reader_numbers_lines_and_calls_back(tmp_path: Path) -> None:
    output, canonical, metrics = (tmp_path / name for name in ("output", "log.txt", "metrics"))
    output.write_text("a\nb\n" + "x" * 20_000)
    metrics.write_text('{"name": "loss", "step": 3, "value": 0.5}\n')
    lines: list[str] = []
    points: list[tuple[str, int, float]] = []
    reader = LogReader(output, canonical, metrics, lines.append, lambda *p: points.append(p))
    reader.pump()
    reader.say("ours")
    reader.close()
    assert lines[:3] == ["a", "b", "ours"]
    assert lines[3].endswith("[cut]")
    assert points == [("loss", 3, 0.5)]
    kept = canonical.read_text().splitlines()
    assert [int(line.split()[0]) for line in kept] == [1, 2, 3, 4]


def test_last_lines_of_a_long_file_and_of_none(tmp_path: Path) -> None:
    path = tmp_path / "output"
    assert last_lines(path) == []
    path.write_text("\n".join(f"line {i}" for i in range(5000)) + "\n\n")
    assert last_lines(path, 2) == ["line 4998", "line 4999"]
