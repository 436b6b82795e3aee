"""An installation of an earlier revision, as its backup holds it, brought to this one.

``data/backup_v0006.tar.xz`` is a backup, without secrets and with uncompressed dumps, of an
installation that revision 5696115 of Aileron made: data set `flowers` (iris), one run of its
lifecycle, and the service that it released. Its ledger is at migration v0006.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from plugins.other_stack import OtherStack

from aileron.backup.upgrade import known_revisions

RUN = "cli__20261122T063049_7d554f"
EARLIER = Path(__file__).with_name("data") / "backup_v0006.tar.xz"


pytestmark = pytest.mark.timeout(1200)


@pytest.fixture
def earlier(tmp_path: Path) -> str:
    folder = tmp_path / "earlier"
    with tarfile.open(EARLIER) as archive:
        archive.extractall(folder, filter="data")
    return str(folder)


def test_an_upgrade_from_an_earlier_revision_keeps_everything(
    earlier: str, other_stack: OtherStack
) -> None:
    assert other_stack("backup", earlier, "--verify", "--json").json["whole"]
    restored = other_stack("restore", earlier, "--json").json
    assert restored["unreadable"] == 0
    done = other_stack("upgrade", "--json").json
    after = {one["database"]: one["after"] for one in done["databases"]}
    assert after["aileron"] == max(known_revisions("aileron"))
    assert done["backup"]["databases"][0]["revision"] == "v0006"
    assert [link for link in done["doctor"] if link["health"] == "broken"] == []
    refused = other_stack("upgrade", code=1)
    assert "aileron stack down" in refused.err
    run = other_stack("lifecycle", "show", "flowers", RUN, "--json").json
    assert (run["state"], run["model_version"]) == ("succeeded", 1)
    assert run["dataset_version"] == "default/flowers@v1"
    request = other_stack("service", "sample", "flowers").out
    assert other_stack("service", "invoke", "flowers", "--json-body", "-", given=request).json
    again = other_stack("lifecycle", "run", "flowers", "--wait", "--json").json
    assert again["state"] == "succeeded"
    assert again["dataset_version"] == "default/flowers@v1"
