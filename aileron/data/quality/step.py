"""Step `data.profile`: what a dataset is like, as ``profile.json`` and a page to look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.data.quality.profile import PROFILE_FILE, Profile

PAGE_FILE = "report.html"


class ProfileConfig(StepConfig):
    """How closely to look."""

    most_media: int = Field(
        20_000,
        ge=1,
        title="Most media",
        description="pictures or recordings that are decoded; of more, a sample",
    )


class ProfileDataset(Component[ProfileConfig]):
    """Describe a dataset."""

    name = "data.profile"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Profile a dataset", "zh": "分析数据集概况"}
    Config = ProfileConfig
    inputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {
        "report": Port(ArtifactKind.REPORT, "profile.json and report.html")
    }

    def run(
        self, context: Context, config: ProfileConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.data.quality.profiling import profile

        found = profile(inputs["dataset"], context.work, config.most_media)
        folder = context.output("report")
        write_profile(folder, found, inputs["dataset"], context.work)
        for finding in found.findings:
            context.log(f"{finding.severity}: {finding.sentence['en']}")
        context.log(f"{found.rows:,} samples, {len(found.columns)} columns or facts")
        return {"report": folder}


def write_profile(folder: Path, found: Profile, dataset: Path, work: Path) -> None:
    """Write ``profile.json`` and ``report.html`` into the new directory `folder`.

    Args:
        dataset: the DATASET artifact that was profiled; pictures come from there.
    """
    from aileron.data.quality.page import page

    folder.mkdir(parents=True)
    text = json.dumps(found.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / PROFILE_FILE).write_text(text + "\n", encoding="utf-8")
    thumbs: Mapping[str, str] = {}
    examples: Mapping[str, list[str]] = {}
    if found.modality == "image":
        from aileron.data.quality.thumbnails import Thumbnails

        thumbnails = Thumbnails(dataset, work)
        examples = {label: list(ids) for label, ids in thumbnails.examples().items()}
        thumbs = thumbnails.of(_shown(found, examples))
    (folder / PAGE_FILE).write_text(page(found, thumbs, examples), encoding="utf-8")


def _shown(found: Profile, examples: Mapping[str, list[str]]) -> list[str]:
    """Sample ids of the pictures that the page shows."""
    groups = [
        *examples.values(),
        *([one.sample_id for one in worst.samples] for worst in found.worst),
        *(found.repeats.examples if found.repeats else ()),
        *(found.near_repeats.examples if found.near_repeats else ()),
    ]
    return sorted({name for group in groups for name in group})
