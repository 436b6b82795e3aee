"""A fitted scikit-learn pipeline as a skops file whose bytes depend on the pipeline alone.

skops names objects by their memory address and stamps members with the time. Equal
pipelines must be equal bytes, so both are replaced: addresses by the order of appearance,
times by the zip format's first day. The file loads like any other skops file.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

_ADDRESS = re.compile(r'("__id__": |"file": ")(\d+)')


def dump(pipeline: Any) -> bytes:
    """The skops file of `pipeline`."""
    import skops.io

    return _canonical(skops.io.dumps(pipeline))


def _canonical(data: bytes) -> bytes:
    """The same archive with numbered objects and without times."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return match[1] + numbers.setdefault(match[2], str(len(numbers) + 1))

    schema = _ADDRESS.sub(number, members.pop("schema.json").decode()).encode()
    renamed = {_renamed(name, numbers): content for name, content in members.items()}
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [("schema.json", schema), *sorted(renamed.items())]:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return result.getvalue()


def _renamed(name: str, numbers: dict[str, str]) -> str:
    stem, dot, suffix = name.partition(".")
    return numbers[stem] + dot + suffix
