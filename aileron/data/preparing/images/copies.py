"""The copies that an augmentation makes: of which samples, under which ids, and each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aileron.core.errors import InvalidInput
from aileron.data.formats.records import ImageSample
from aileron.data.images.annotations import sample_of
from aileron.data.images.card import ImageCard
from aileron.data.images.layout import Sample
from aileron.data.layout import SAMPLE_ID
from aileron.data.media import MEDIA_FOLDER, Shards, places_of
from aileron.data.preparing.images.augment import AugmentConfig
from aileron.data.preparing.images.changes import new_sample, rules_of
from aileron.data.preparing.images.frame import Frame, encode, open_frame
from aileron.data.preparing.images.mosaic import PICTURES, mosaic
from aileron.data.preparing.images.streaming import Source
from aileron.data.preparing.images.varying import chance_of, varied

if TYPE_CHECKING:
    import pyarrow as pa

Wanted = tuple[ImageSample, dict[str, Any], int, str]
"""A sample, its row, the number of the copy, and the id of the copy."""
Done = tuple[ImageSample, int, Sample, bytes]


class Copies:
    """The copies of one dataset."""

    def __init__(self, source: Source, card: ImageCard, config: AugmentConfig, seed: int) -> None:
        self._config, self._seed = config, seed
        self._source = source
        self._rules = rules_of(card, config.visible)
        self.samples = self._source.samples
        if config.mosaic and card.task == "classification" and card.label_type == "single":
            raise InvalidInput("data.preparing.mosaic_of_single", where="mosaic", name=card.name)
        self.keep = self._chosen()
        """Whether each sample gets copies."""
        self.count = sum(self.keep)
        if not self.count:
            parts = ", ".join(config.parts)
            raise InvalidInput("data.preparing.no_parts", where="parts", name=card.name,
                               parts=parts)  # fmt: skip

    @property
    def mixed(self) -> bool:
        """Whether some copies show other pictures, too."""
        return self._config.mosaic > 0

    @property
    def parts(self) -> set[str]:
        """The parts that samples are given to."""
        return {part for part in self.samples["split"].to_pylist() if part}

    def wanted(self) -> Iterator[Wanted]:
        """Every copy, in the order in which the pictures lie."""
        import pyarrow as pa

        taken = set(self.samples[SAMPLE_ID].to_pylist())
        for record, row in self._source.rows(pa.array(self.keep)):
            place = 0
            for copy in range(1, self._config.copies + 1):
                place += 1
                while (name := f"{record.sample_id}~{place}") in taken:
                    place += 1
                yield record, row, copy, name

    def make(self, wanted: Wanted) -> Done:
        """One copy: what it is of, the size of its file, its sample, and the picture."""
        record, row, copy, name = wanted
        data = self._source.picture(row)
        frame, form = open_frame(data, record)
        made, labels = self.vary(record, frame, copy)
        encoded = encode(made.image, form)
        sample = new_sample(record, encoded, made.objects)
        return record, len(data), replace(sample, sample_id=name, labels=labels), encoded.data

    def vary(self, record: ImageSample, frame: Frame, copy: int) -> tuple[Frame, tuple[str, ...]]:
        """The varied picture, and the labels that it has as a whole."""
        chance = chance_of(self._seed, record.sample_id, copy)
        labels = record.labels
        drawn = chance.random(PICTURES).tolist()
        if drawn[0] < self._config.mosaic:
            others = [self._partner(share) for share in drawn[1:]]
            frame = mosaic([frame, *(one for one, _ in others)], self._rules, chance)
            labels = tuple(dict.fromkeys((*labels, *(x for _, more in others for x in more))))
        return varied(self._config, frame, self._rules, chance), labels

    def open(self, record: ImageSample, row: dict[str, Any]) -> Frame:
        """The picture of a sample."""
        return open_frame(self._source.picture(row), record)[0]

    def _chosen(self) -> list[bool]:
        parts, annotated = (self.samples[name].to_pylist() for name in ("split", "annotated"))
        wanted = self._config.parts
        both = zip(parts, annotated, strict=True)
        return [(part or "none") in wanted and bool(said) for part, said in both]

    @cached_property
    def _partners(self) -> pa.Table:
        import pyarrow as pa

        return self.samples.filter(pa.array(self.keep))

    def _partner(self, share: float) -> tuple[Frame, Sequence[str]]:
        """Another sample of the chosen ones, in order of sample id."""
        [row] = self._partners.slice(int(share * self.count), 1).to_pylist()
        record = sample_of(row)
        return self.open(record, row), record.labels


def taken_over(parent: Path, folder: Path, samples: pa.Table, *, whole: bool) -> Shards:
    """The shards of `parent` in `folder`: all of them, or what of them `samples` refer to."""
    stored = places_of(samples)
    shards = Shards(folder / MEDIA_FOLDER)
    if whole:
        shards.keep(parent / MEDIA_FOLDER, stored)
    else:
        shards.add(parent / MEDIA_FOLDER, stored)
    return shards
