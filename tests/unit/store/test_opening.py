"""Which store a root means."""

import subprocess
import sys

import pytest

from aileron.core.errors import InvalidInput
from aileron.store import open_store


def test_a_path_is_a_folder_and_a_url_a_bucket() -> None:
    assert type(open_store("some/folder")).__name__ == "LocalStore"
    assert type(open_store("s3://bucket/prefix")).__name__ == "S3Store"


def test_another_kind_of_url_is_refused() -> None:
    with pytest.raises(InvalidInput, match="ftp://"):
        open_store("ftp://host/path")


def test_making_a_store_imports_no_cloud_library_and_touches_nothing() -> None:
    code = (
        "import sys; from aileron.store import open_store;"
        "open_store('/nowhere/store'); open_store('s3://bucket/prefix');"
        "print([m for m in ('s3fs', 'botocore', 'fsspec') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
