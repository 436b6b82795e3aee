"""Operations on pictures, and on the objects that are drawn on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from aileron.core.errors import InvalidInput
from aileron.data.images.card import ImageCard, ImageCounts
from aileron.data.images.layout import images_digest, row_identities, samples_schema
from aileron.data.operations.edit import LabelSet
from aileron.data.operations.media_rows import MediaRows, bytes_of
from aileron.data.operations.samples import Tally, must_have_label, replaced, with_label_names

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


class Images(MediaRows[ImageCard]):
    """Pictures with labels, or with objects drawn on them."""

    names_columns: ClassVar[Sequence[str]] = ("labels", "objects")
    says: ClassVar[Sequence[str]] = ("labels", "objects", "attributes")
    numbers: ClassVar[Sequence[str]] = ("width", "height", "bytes", "objects")
    words: ClassVar[Sequence[str]] = ("mode", "format")

    def schema(self) -> pa.Schema:
        return samples_schema()

    def column(self, samples: pa.Table, name: str) -> list[Any]:
        import pyarrow.compute as pc

        if name == "objects":
            counts: list[Any] = pc.list_value_length(samples["objects"]).to_pylist()
            return counts
        return super().column(samples, name)

    def names(self, samples: pa.Table) -> Iterable[LabelSet]:
        labels: list[list[str]] = samples["labels"].to_pylist()
        objects = samples["objects"].combine_chunks()
        drawn = objects.flatten().field("label").to_pylist()
        if not drawn:
            return [tuple(sorted(set(names))) for names in labels]
        places = pairwise(_offsets(objects).to_pylist())
        own = zip(labels, places, strict=True)
        return [tuple(sorted({*names, *drawn[start:end]})) for names, (start, end) in own]

    def with_names(
        self, samples: pa.Table, names: Mapping[str, str | None], card: ImageCard
    ) -> pa.Table:
        samples = with_label_names(samples, names, must=must_have_label(card))
        return replaced(samples, "objects", _renamed_objects(samples["objects"], names))

    def joined(self, one: ImageCard, other: ImageCard) -> ImageCard:
        for name in one.points.keys() & other.points.keys():
            if one.points[name] != other.points[name]:
                raise InvalidInput(
                    "data.operations.other_points", one=one.name, other=other.name, label=name
                )
        card = super().joined(one, other)
        return card.model_copy(update={"points": {**other.points, **one.points}})

    def renamed(
        self, card: ImageCard, names: Mapping[str, str | None], classes: Sequence[str]
    ) -> ImageCard:
        points: dict[str, Any] = {}
        for label, known in card.points.items():
            new = names.get(label, label)
            if new is not None and new in classes and points.setdefault(new, known) != known:
                raise InvalidInput("data.operations.merged_points", where=card.name, label=new)
        return super().renamed(card, names, classes).model_copy(update={"points": points})

    def counted(self, card: ImageCard, samples: pa.Table, tally: Tally) -> ImageCard:
        import pyarrow.compute as pc

        counts = ImageCounts(
            rows=tally.rows,
            pictures=len(tally.contents),
            bytes=bytes_of(samples),
            refused=0,
            objects=pc.sum(pc.list_value_length(samples["objects"])).as_py() or 0,
            waiting=tally.waiting,
        )
        identities = row_identities(samples)
        digest = images_digest(card.classes, card.label_type, identities, card.points_json)
        update = {**tally.fields(card.classes), "counts": counts, "digest": digest}
        return card.model_copy(update=update)


def _renamed_objects(column: pa.ChunkedArray, names: Mapping[str, str | None]) -> pa.ListArray:
    """The objects with other labels; those whose label is dropped are left out."""
    import numpy as np
    import pyarrow as pa

    objects = column.combine_chunks()
    flat = objects.flatten()
    labels = [names.get(label, label) for label in flat.field("label").to_pylist()]
    fields = list(flat.type)
    children = [pa.array(labels, pa.string()), *flat.flatten()[1:]]
    kept = np.array([label is not None for label in labels], dtype=bool)
    offsets = np.concatenate(([0], np.cumsum(kept)))[_offsets(objects).to_numpy()]
    things = pa.StructArray.from_arrays(children, fields=fields).filter(pa.array(kept))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), things, type=objects.type)


def _offsets(lists: pa.ListArray) -> pa.Array:
    """Where the values of each list begin among all of them, counted from 0."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    lengths: np.ndarray[Any, Any] = pc.list_value_length(lists).fill_null(0).to_numpy(False)
    return pa.array(np.concatenate(([0], np.cumsum(lengths))), pa.int32())
