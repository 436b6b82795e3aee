"""Samples go to hosts that an administrator named, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from aileron.core.errors import Refused
from aileron.label.suggesting.allowed import check_allowed

ALLOWS = """\
apiVersion: aileron/v1
kind: Connections
allowed_hosts: [models.example.org, "*.lan"]
allowed_networks: [10.1.0.0/16]
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "connections.yaml").write_text(ALLOWS)
    return tmp_path


@pytest.mark.parametrize(
    "url",
    ["http://models.example.org:9090", "https://MODELS.example.org/a", "http://gpu.lan/x",
     "http://10.1.2.3:9090"],
)  # fmt: skip
def test_these_are_allowed(workspace: Path, url: str) -> None:
    check_allowed(workspace, url)


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "http://models.example.org.evil.net", "http://lan", "http://10.2.0.1",
     "http://127.0.0.1:9090", "http://[::1]/", "http://93.184.216.34", "http:///x"],
)  # fmt: skip
def test_these_are_not_even_public_ones(workspace: Path, url: str) -> None:
    with pytest.raises(Refused, match=r"allowed_hosts` of configs/connections\.yaml"):
        check_allowed(workspace, url)


def test_without_the_file_nothing_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        check_allowed(tmp_path, "http://models.example.org")
