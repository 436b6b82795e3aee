"""The launcher starts once, serves what is true now, and goes when it should."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from plugins.waiting import wait_until

from aileron.run import client, identity
from aileron.run.process import ProcessRunner
from aileron.run.request import Request
from aileron.run.result import Result
from aileron.run.tree import members
from aileron.store import open_store


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A state directory with a path longer than a socket's address may be."""
    home = tmp_path / ("h" * 60) / ("o" * 60)
    yield home
    client.stop(home)


def ask(home: Path, target: str = "aileron.run.probes:Probe", **config: object) -> Result:
    request = Request(
        action="run",
        step="probe.component",
        target=target,
        config=config,
        store=str(home / "store"),
        folder=home / "run" / "work" / uuid.uuid4().hex,
    )
    return ProcessRunner(home).run(request)


def report(home: Path, result: Result) -> dict[str, object]:
    assert result.state == "succeeded", result
    told = open_store(str(home / "store")).read_json(result.outputs["report"], "report.json")
    assert isinstance(told, dict)
    return told


def pid(home: Path) -> int:
    return int((client.status(home) or {"pid": 0})["pid"])


def test_many_first_clients_start_one_launcher(home: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda _: ask(home), range(6)))
    assert {r.state for r in results} == {"succeeded"}
    out = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    started = [line for line in out.splitlines() if str(home / "run") in line and "-m" in line]
    wait_until(lambda: pid(home), seconds=5)
    assert len(started) <= 2, started  # the launcher and its zygote share a command line


def test_only_the_owner_may_use_the_socket(home: Path) -> None:
    client.warm_up(home)
    assert (home / "run" / "launcher.sock").stat().st_mode & 0o777 & 0o077 == 0
    assert (home / "run").stat().st_mode & 0o077 == 0


def test_steps_see_the_projects_files_as_they_are_now(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(site))
    module = site / "late_step.py"
    template = (
        "from aileron.run.probes import Probe\n"
        "class Late(Probe):\n"
        "    def run(self, context, config, inputs):\n"
        "        context.log({word!r})\n"
        "        return super().run(context, config, inputs)\n"
    )
    said: list[str] = []
    for word in ("first", "second"):
        module.write_text(template.format(word=word))
        request = Request(
            action="run",
            step="probe.component",
            target="late_step:Late",
            store=str(home / "store"),
            folder=home / "run" / "work" / word,
        )
        ProcessRunner(home).run(request, on_log=said.append)
    assert said == ["first", "probe: copy", "second", "probe: copy"]


def test_an_inherited_project_module_is_dropped_when_its_file_changed(tmp_path: Path) -> None:
    """In a process of its own, since it plays with the imported modules."""
    code = (
        "import sys, time, pathlib, os\n"
        "import aileron.run.zygote as zygote, aileron.run.child as child\n"
        "env = dict(os.environ)\n"
        "now = time.time()\n"
        "zygote._import_project_anew_if_changed(env, zygote.Origin(1, project_since=now))\n"
        "assert sys.modules.get('aileron.run.child') is child\n"
        "copy = pathlib.Path(sys.argv[1], 'child.py'); copy.write_text('')\n"
        "child.__file__ = str(copy)\n"
        "zygote._import_project_anew_if_changed(env, zygote.Origin(1, project_since=now))\n"
        "assert 'aileron.run.child' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)


def test_a_launcher_of_other_code_or_packages_is_replaced(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(home, ask(home))
    first = pid(home)
    monkeypatch.setattr("aileron.run.process.identity", lambda: "another")
    with pytest.raises(Exception, match="does not start"):
        ask(home)
    monkeypatch.undo()
    report(home, ask(home))
    assert pid(home) not in (0, first)
    wait_until(lambda: not Path(f"/proc/{first}").exists(), seconds=10)


def test_identity_follows_installed_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity.sysconfig, "get_path", lambda _: str(tmp_path))
    before = identity.identity()
    assert identity.identity() == before
    (tmp_path / "new-1.0.dist-info").mkdir()
    assert identity.identity() != before


def test_an_idle_launcher_ends(tmp_path: Path) -> None:
    home = tmp_path / "idle"
    client.connect(home, idle_seconds=0.5).__exit__()
    first = pid(home)
    wait_until(lambda: not Path(f"/proc/{first}").exists(), seconds=15)
    assert client.status(home) is None
    assert not client.stop(home)


def test_the_launchers_environment_holds_no_secret(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AILERON_LEDGER_URL", "postgresql://u:hush@h/d")
    monkeypatch.setenv("AIRFLOW_CONN_X", "hush")
    client.warm_up(home)
    launcher_pid = pid(home)
    for process in members(launcher_pid):
        with suppress(PermissionError):  # hidden from all but root
            assert b"hush" not in Path(f"/proc/{process}/environ").read_bytes()
