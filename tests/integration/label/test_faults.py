"""Whatever goes wrong between people, Label Studio and the ledger: nothing is lost or doubled.

On the real server: hooks that are lost, doubled, out of order or forged; servers that are killed.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from plugins.labelling_office import KEY, Office, choice
from plugins.waiting import wait_until

from aileron.label.reconcile import reconcile
from aileron.label.tickets import hook_secret
from aileron.ledger import Item, PackageState

KILLED = """
import os, signal, sys
from aileron.ledger import Ledger
from aileron.label import {module} as module
from aileron.label.studio.client import Studio
from plugins.labelling_office import PROJECT, Pictures

ledger = Ledger(sys.argv[1])
studio = Studio(*sys.argv[2:5])
package = ledger.labelling.package(PROJECT, int(sys.argv[5]))
real, calls = {place}, 0

def dying(*given, **named):
    global calls
    found = real(*given, **named)
    calls += 1
    if calls == {after}:
        os.kill(os.getpid(), signal.SIGKILL)
    return found

{place} = dying
module.{verb}(ledger, studio, Pictures(), package)
"""


def items(office: Office, number: int) -> list[Item]:
    return office.ledger.labelling.items(office.package(number).id)


def look(office: Office, number: int) -> int:
    return reconcile(office.ledger, office.studio, office.samples, office.package(number))


def die(office: Office, number: int, module: str, verb: str, place: str, after: int = 1) -> None:
    """Run a verb in a process that is killed at a place of it."""
    studio = office.labelstudio
    program = KILLED.format(module=module, verb=verb, place=place, after=after)
    url = office.ledger._database.engine.url.render_as_string(hide_password=False)
    where = [url, studio.url, studio.token, studio.database_url, str(office.package(number).id)]
    done = subprocess.run(
        [sys.executable, "-c", program, *where],
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -9, done.stderr[-2000:]


def test_a_lost_hook_only_costs_time(office: Office) -> None:
    office.close_gate()  # nobody hears what is drawn now
    for task in office.tasks(1):
        office.studio.annotate(task, choice("normal"), 1.0)
    office.open_gate()
    wait_until(lambda: all(item.digest for item in items(office, 1)), 60)


def test_hooks_doubled_out_of_order_or_forged_count_nothing_twice(office: Office) -> None:
    right = {"X-Aileron-Hook": hook_secret(KEY)}
    wrong = {"X-Aileron-Hook": hook_secret("x")}
    projects = [office.package(1).studio_project, office.package(2).studio_project, 999999]
    random.seed(3)

    def call() -> None:
        for project in random.choices(projects, k=20):
            url = f"{office.url}/label/-/hook/{project}"
            httpx.post(url, headers=right, trust_env=False)
            assert httpx.post(url, headers=wrong, trust_env=False).status_code == 403

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    for task in [*office.tasks(1), *office.tasks(2)]:
        office.studio.annotate(task, choice("defective"), 1.0)
    for thread in threads:
        thread.join()
    both = lambda: [*items(office, 1), *items(office, 2)]  # noqa: E731
    wait_until(lambda: all(item.digest for item in both()), 60)
    assert [item.revision for item in both()] == [1] * 10
    assert sum(len(office.ledger.labelling.revisions(item.id)) for item in both()) == 10


def test_a_package_that_cannot_be_read_keeps_no_other_from_it(office: Office) -> None:
    real, first = office.samples.bodies, items(office, 1)[0].sample_id
    rounds: list[int] = []

    def broken(dataset: str, version: int, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        if first in ids:
            raise ZeroDivisionError
        return real(dataset, version, ids)

    def failing() -> None:
        rounds.append(1)
        raise ZeroDivisionError

    office.samples.bodies = broken  # type: ignore[method-assign]
    assert office.gate is not None
    office.gate.reconciling._after = failing
    for task in [office.tasks(1)[0], *office.tasks(2)]:
        office.studio.annotate(task, choice("normal"), 1.0)
    wait_until(lambda: all(item.digest for item in items(office, 2)), 60)
    assert items(office, 1)[0].digest is None
    wait_until(lambda: len(rounds) > 1, 60)
    office.samples.bodies = real  # type: ignore[method-assign]
    wait_until(lambda: items(office, 1)[0].digest, 60)


def test_label_studio_itself_tells_the_gate(office: Office) -> None:
    wait_until(lambda: office.gate and office.gate.reconciling._hooked, 60)
    heard: list[int] = []
    office.gate.reconciling.hint = heard.append  # type: ignore[union-attr,method-assign]
    office.studio.annotate(office.tasks(1)[0], choice("normal"), 1.0)
    wait_until(lambda: office.package(1).studio_project in heard, 30)


def test_label_studio_killed_while_people_write_loses_nothing_it_took(
    make_office: Callable[..., Office],
) -> None:
    office = make_office(40, package_size=20)
    for number, name in ((1, "anna"), (2, "ben")):
        office.work.assign(office.package(number).id, name)
        office.hand_out(number)
    office.open_gate()
    taken: dict[int, str] = {}
    refused: list[int] = []

    def write(name: str, number: int) -> None:
        browser = office.person(name, number)
        for turn, task in enumerate(office.tasks(number)):
            label = ("normal", "defective")[turn % 2]
            answer = browser.post(
                f"/label/api/tasks/{task}/annotations", json={"result": choice(label)}
            )
            if answer.status_code == 201:
                taken[task] = label
            else:
                assert answer.status_code == 503, answer.text
                assert "Label Studio" in answer.json()["detail"]
                refused.append(task)

    threads = [threading.Thread(target=write, args=who) for who in (("anna", 1), ("ben", 2))]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(taken) >= 8, 120)
    office.labelstudio.kill()
    for thread in threads:
        thread.join()
    office.labelstudio.start()
    assert refused
    anna, ben = office.person("anna", 1), office.person("ben", 2)
    for task in refused:  # they press the button again
        browser = anna if task in office.tasks(1) else ben
        answer = browser.post(
            f"/label/api/tasks/{task}/annotations", json={"result": choice("normal")}
        )
        assert answer.status_code == 201, answer.text
        taken[task] = "normal"
    everything = lambda: [*items(office, 1), *items(office, 2)]  # noqa: E731
    wait_until(lambda: all(item.digest for item in everything()), 60)
    for number in (1, 2):
        look(office, number)
    assert {
        item.studio_task: (item.annotation or {})["labels"][0] for item in everything()
    } == taken


@pytest.mark.parametrize("place", ["studio.create_project", "studio.add_tasks"])
def test_killed_while_handing_out_makes_no_doubles(
    make_office: Callable[..., Office], place: str
) -> None:
    office = make_office(5)
    office.work.assign(office.package(1).id, "anna")
    die(office, 1, "handout", "hand_out", place)
    assert office.package(1).studio_project is None
    package = office.hand_out(1)
    assert len(office.studio.states(package.studio_project or 0)) == 5
    assert [item.studio_task for item in items(office, 1)] == sorted(office.tasks(1))


@pytest.mark.parametrize(
    ("place", "after"),
    [("studio.tables.states", 1), ("module.to_annotation", 3), ("module.Work.observe", 1)],
)
def test_killed_while_reconciling_counts_each_once(
    make_office: Callable[..., Office], place: str, after: int
) -> None:
    office = make_office(5)
    office.work.assign(office.package(1).id, "anna")
    office.hand_out(1)
    for task in office.tasks(1):
        office.studio.annotate(task, choice("normal"), 1.0)
    die(office, 1, "reconcile", "reconcile", place, after)
    look(office, 1)
    assert [item.revision for item in items(office, 1)] == [1] * 5
    assert look(office, 1) == 0
    assert office.package(1).state is PackageState.LABELLING


def test_five_people_at_once_lose_nothing(make_office: Callable[..., Office]) -> None:
    office = make_office(100, package_size=20)
    names = ["anna", "ben", "carla", "dora", "emil"]
    for number, name in enumerate(names, 1):
        office.work.assign(office.package(number).id, name)
        office.hand_out(number)
    office.open_gate()
    faults: list[str] = []
    waits: list[float] = []

    def work(name: str, number: int) -> None:
        browser = office.person(name, number)
        package = office.package(number)
        for position, task in enumerate(office.tasks(number), 1):
            began = time.perf_counter()
            picture = browser.get(f"/label/media/{package.campaign_id}/{package.id}/{position}")
            said = {"result": choice("normal" if position % 2 else "defective"), "lead_time": 1.0}
            draft = browser.post(f"/label/api/tasks/{task}/drafts", json=said)
            said["draft_id"] = draft.json()["id"]
            made = browser.post(f"/label/api/tasks/{task}/annotations", json=said)
            waits.append(time.perf_counter() - began)
            if (picture.status_code, draft.status_code, made.status_code) != (200, 201, 201):
                faults.append(f"{name} {position}: {draft.text} {made.text}")

    threads = [
        threading.Thread(target=work, args=(name, number)) for number, name in enumerate(names, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    everything = lambda: [item for number in range(1, 6) for item in items(office, number)]  # noqa: E731
    wait_until(lambda: all(item.digest for item in everything()), 60)
    for number, name in enumerate(names, 1):
        look(office, number)
        for item in items(office, number):
            expected = "normal" if item.position % 2 else "defective"
            assert item.annotation == {"labels": [expected]}
            assert (item.by, item.revision) == (name, 1)
    assert len(waits) == 100
