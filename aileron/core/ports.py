"""What flows between steps: typed references to artifacts, never the data itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class ArtifactKind(StrEnum):
    """The closed set of artifact types. `docs/reference/artifacts.md` gives each layout."""

    SOURCE = "source"
    """A file as the user gave it."""
    DATASET = "dataset"
    """A dataset version's directory: card.json, samples.parquet, table/ or media/*.parquet."""
    SPLIT = "split"
    """split.parquet (sample_id, split) and split.json."""
    MODEL = "model"
    """model.json and the model file in a safe format."""
    METRICS = "metrics"
    """metrics.json, history.jsonl."""
    REPORT = "report"
    """report.json, report.html and their pictures."""
    VERDICT = "verdict"
    """verdict.json of a gate."""
    PACKAGE = "package"
    """An exported Bento with its pinned requirements and golden requests."""
    EXPORT = "export"
    """Files for people to take away, and export.json that says what they are."""
    IMAGE = "image"
    """A container image as an OCI image layout: oci-layout, index.json, blobs/sha256/."""
    FILES = "files"
    """A folder of files as a job left it: files/ and files.json."""
    RECORD = "record"
    """record.json, what an effect or a wait says it did."""
    LOG = "log"
    """log.txt and metrics.jsonl of one execution; no port has this kind."""


class Reference(BaseModel):
    """A stored artifact: its kind, where it is, and the digest that its bytes must have.

    The digest of a directory is the digest of its manifest, which lists each file's digest.
    """

    model_config = ConfigDict(frozen=True)

    kind: ArtifactKind
    uri: str
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0, description="bytes of all files together")


@dataclass(frozen=True)
class Port:
    """A declared input or output of a step."""

    kind: ArtifactKind
    help: str = ""
    optional: bool = False
