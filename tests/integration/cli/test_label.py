"""Labelling in the terminal."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable

import pytest
import yaml
from click.testing import CliRunner, Result
from plugins.labelled import DATASET, Labelled, labelled, waiting_texts

from aileron.cli import command
from aileron.client import LocalClient
from aileron.client.airflow import AirflowClient
from aileron.core.access import Actor, Role
from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound
from aileron.label.studio.client import Studio

__all__ = ["labelled", "waiting_texts"]

Aileron = Callable[..., str]
ME = getpass.getuser()


@pytest.fixture
def aileron(labelled: Labelled, monkeypatch: pytest.MonkeyPatch) -> Aileron:
    """``aileron("label", "list")`` prints so, in the name of this process's user."""
    for name in [name for name in os.environ if name.startswith("AILERON_")]:
        monkeypatch.delenv(name)
    settings = labelled.installation.settings
    for name, value in {
        "AILERON_WORKSPACE": str(settings.workspace),
        "AILERON_HOME": str(settings.home),
        "AILERON_LEDGER_URL": settings.require("ledger_url"),
        "AILERON_LABELLING_URL": str(settings.labelling_url),
        "AILERON_LABELLING_KEY": settings.require("labelling_key"),
        "AILERON_AIRFLOW_URL": str(settings.airflow_url),
        "AILERON_LANG": "en",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Studio, "of", lambda _: labelled.studio)
    monkeypatch.setattr(AirflowClient, "of", lambda _: labelled.scheduler)

    def run(*words: str, code: int = 0) -> str:
        done: Result = CliRunner().invoke(command, ["label", *words])
        if isinstance(done.exception, AileronError):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output

    return run


def begun(aileron: Aileron, *options: str) -> None:
    aileron("create", DATASET, "--annotator", ME, "--annotator", "ben", *options)


def person(labelled: Labelled, name: str) -> LocalClient:
    return LocalClient(labelled.installation, Actor(name=name, role=Role.ANNOTATOR))


def test_what_is_printed_of_labels_is_a_file_of_labels(
    aileron: Aileron, labelled: Labelled
) -> None:
    said = aileron("spec", DATASET)
    assert yaml.safe_load(said)["package_size"] == 4
    assert "咨询" in said
    labelled.spec(said)
    assert aileron("spec", DATASET, "--version", "1") == said
    shown = json.loads(aileron("spec", DATASET, "--json"))
    assert (shown["version"], shown["spec"]) == (1, yaml.safe_load(said))


def test_a_campaign_is_begun_in_the_words_of_the_options(aileron: Aileron) -> None:
    options = ("--package-size", "3", "--audit", "0", "-o", "hours=null", "--reviewer", "rita")
    made = json.loads(aileron("create", DATASET, *options, "--name", "first", "--json"))
    assert (made["name"], made["packages"]["total"], made["deadline"]) == ("first", 3, None)
    assert made["spec"]["audit"]["share"] == 0
    assert made["annotators"] == ["anna", "ben"]
    said = aileron("create", DATASET)
    assert "anna, ben" in said
    assert "unassigned  2" in said
    lines = aileron("list").splitlines()
    assert [line.split()[0] for line in lines[1:]] == [DATASET, "first"]
    aileron("end", "first")
    assert len(json.loads(aileron("list", "--json"))) == 1
    assert "ended" in aileron("list", "--all")
    assert "ended" in aileron("status", "first").splitlines()[4]


def test_a_package_goes_all_its_way(aileron: Aileron, labelled: Labelled) -> None:
    begun(aileron)
    assert "assigned" in aileron("assign", f"{DATASET}/1", ME)
    number = json.loads(aileron("packages", "--mine", "--json"))["packages"][0]["id"]
    assert aileron("open", str(number)).startswith("http://127.0.0.1:9/label/")
    labelled.draw(number, "fault")
    assert "new       4" in aileron("sync", DATASET)
    assert "submitted" in aileron("submit", f"{DATASET}/1")
    with pytest.raises(Conflict):
        aileron("submit", f"{DATASET}/1")
    audited = json.loads(aileron("items", f"{DATASET}/1", "--audited", "--json"))["items"]
    assert len(audited) == 2
    assert "fault" in aileron("items", f"{DATASET}/1")
    rita = person(labelled, "rita")
    rita.review_item(number, audited[0]["position"], approved=False, comment="no")
    rita.audit_package(number, "rejected", "all again")
    assert "all again" in aileron("show", f"{DATASET}/1")
    row = aileron("people", DATASET).splitlines()
    assert [line.split()[0] for line in row[1:]] == sorted((ME, "anna", "ben", "rita"))


def test_a_reviewer_says_what_is_wrong(aileron: Aileron, labelled: Labelled) -> None:
    begun(aileron, "--audit", "1")
    package = f"{DATASET}/1"
    aileron("assign", package, "ben")
    number = json.loads(aileron("show", package, "--json"))["id"]
    labelled.draw(number, "fault")
    LocalClient(labelled.installation, Actor(name="ben", role=Role.ANNOTATOR)).submit_package(
        number
    )
    for position in "123":
        assert "approved" in aileron("review", package, position, "--approve", "--json")
    assert "a question" in aileron("review", package, "4", "--reject", "--comment", "a question")
    assert "returned" in aileron("audit", package, "has_errors", "--comment", "see there")
    target = labelled.history.settings.home / "labels.jsonl"
    assert "samples  3" in aileron("export", DATASET, str(target))
    assert len(target.read_text().splitlines()) == 3
    assert "run_id" in aileron("publish", DATASET, "--no-wait", "--json")


def test_what_cannot_be_labelled_is_set_aside(aileron: Aileron) -> None:
    begun(aileron)
    package = f"{DATASET}/1"
    aileron("assign", package, ME)
    assert "no words" in aileron("aside", package, "2", "--reason", "no words")
    assert "no words" in aileron("items", package)
    assert "aside" in aileron("show", package)
    assert json.loads(aileron("aside", package, "2", "--back", "--json"))["state"] == "open"
    for words in ((), ("--back", "--reason", "no words")):
        assert "either --reason TEXT or --back" in aileron("aside", package, "2", *words, code=2)


def test_packages_are_moved_dated_and_found(aileron: Aileron) -> None:
    begun(aileron)
    aileron("assign", f"{DATASET}/2", "ben")
    assert ME in aileron("transfer", f"{DATASET}/2", ME)
    assert "2099-01-31 23:59" in aileron("due", f"{DATASET}/2", "2099-01-31")
    assert "2099-01-31 08:30" in aileron("due", f"{DATASET}/2", "2099-01-31T08:30")
    assert "2099" not in aileron("due", f"{DATASET}/2", "none")
    assert aileron("packages", DATASET, "--annotator", "ben") == "(none)\n"
    assert "(1/2)" in aileron("packages", "--limit", "1")
    for words in (("show", f"{DATASET}/9"), ("show", f"{DATASET}/1/1"), ("show", "nothing/1")):
        with pytest.raises(NotFound):
            aileron(*words)
    with pytest.raises(InvalidInput, match="insulators/3"):
        aileron("show", "Nothing")
    assert "does not match" in aileron("due", f"{DATASET}/1", "tomorrow", code=2)


def test_who_differs_is_listed_and_decided(aileron: Aileron, labelled: Labelled) -> None:
    begun(aileron, "--overlap", "2", "--audit", "0", "--package-size", "8")
    for lane, name in enumerate((ME, "ben")):
        package = f"{DATASET}/1/{lane}"
        number = json.loads(aileron("assign", package, name, "--json"))["id"]
        labelled.draw(
            number, "fault" if lane else {**dict.fromkeys(range(1, 9), "fault"), 3: "praise"}
        )
        actor = Actor(name=name, role=Role.ANNOTATOR)
        LocalClient(labelled.installation, actor).submit_package(number)
    first, second = aileron("disagreements", DATASET).splitlines()[1:]
    assert (first.split()[:4], second.split()[:4]) == (
        ["w2", "0", ME, "praise"], ["w2", "1", "ben", "fault"],
    )  # fmt: skip
    with pytest.raises(AileronError):
        aileron("adjudicate", DATASET, "w2", "1")  # one of them is mine


def test_packages_are_given_out_in_turn(aileron: Aileron) -> None:
    begun(aileron, "-o", "assignment=round_robin")
    lines = aileron("distribute", DATASET).splitlines()[1:]
    assert [line.split()[5] for line in lines] == [ME, "ben"]
