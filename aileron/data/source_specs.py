"""Where a definition says its data lies: a file, a folder, an archive, a sample, or elsewhere.

One base, so that each kind of dataset takes the places that it can use and says so the same
way. Pydantic only.
"""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from pydantic import Field, model_validator

from aileron.data.samples import SampleName
from aileron.data.sources.spec import RemoteFields, check_one_source


class PlaceSpec(RemoteFields):
    """Base of the sources: exactly one of `places`, which are here, and of those elsewhere."""

    places: ClassVar[tuple[str, ...]]

    @model_validator(mode="after")
    def _one(self) -> PlaceSpec:
        check_one_source(self, self.places)
        return self


class SourceSpec(PlaceSpec):
    """Where the rows are: exactly one of a file and a bundled sample."""

    places = ("file", "sample")

    file: str | None = Field(None, description="path, relative to the dataset's folder")
    sample: SampleName | None = Field(None, description="data that comes with scikit-learn")
    test_file: str | None = Field(
        None, description="a second file, whose rows are the test part; relative as well"
    )


class ImageSourceSpec(PlaceSpec):
    """Where the pictures are: exactly one of a folder, an archive and a bundled sample."""

    places = ("folder", "archive", "sample")

    folder: str | None = Field(
        None, description="folder with a folder per class; relative to the dataset's folder"
    )
    archive: str | None = Field(
        None, description="zip, tar or rar of such a folder, or a .parquet with pictures in it"
    )
    sample: Literal["digits"] | None = Field(
        None, description="digits: scikit-learn's handwritten digits as pictures of 64 x 64"
    )


class FilesSourceSpec(PlaceSpec):
    """Where texts or recordings are: exactly one of a folder, an archive and a file."""

    places = ("folder", "archive", "file")

    folder: str | None = Field(
        None, description="folder with the files; relative to the dataset's folder"
    )
    archive: str | None = Field(None, description="zip, tar or rar of such a folder")
    file: str | None = Field(
        None, description="one file that holds the samples: .csv, .jsonl, .parquet, ..."
    )


LOCAL_PLACES: Final = frozenset({"file", "folder", "archive", "test_file"})
"""Fields that are paths of this machine, which only those who edit the workspace may give."""
AnySourceSpec = SourceSpec | ImageSourceSpec | FilesSourceSpec
