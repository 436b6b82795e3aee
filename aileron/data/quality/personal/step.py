"""Step `data.personal_data`: personal data in texts is counted, and masked if that is wanted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.data.card import AnyCard, Card, read_card
from aileron.data.card_base import CARD_FILE, Made
from aileron.data.layout import hand_over
from aileron.data.operations.base import OperationConfig
from aileron.data.quality.personal.counting import Search
from aileron.data.quality.personal.kinds import KINDS, Kind
from aileron.data.texts.card import TextCard


class PersonalDataConfig(OperationConfig):
    """What to look for, and what becomes of it."""

    action: Literal["report", "mask"] = Field(
        "report", description="report counts it and changes nothing; mask replaces each character"
    )
    kinds: tuple[Kind, ...] = Field(
        KINDS, min_length=1, title="Kinds of personal data", description="what to look for"
    )
    columns: tuple[str, ...] = Field(
        (),
        title="Columns",
        description="of a table: where to look; by default all columns of words but the target",
        json_schema_extra={"suggests": "columns"},
    )
    mask_character: str = Field(
        "*", min_length=1, max_length=1, title="Mask", description="what each character becomes"
    )


class PersonalData(Component[PersonalDataConfig]):
    """Count names, phone numbers and the like in texts and cells, or mask them."""

    name = "data.personal_data"
    version = 2
    title: ClassVar[Mapping[str, str]] = {
        "en": "Find or mask personal data",
        "zh": "查找或遮盖个人信息",
    }
    Config = PersonalDataConfig
    modalities: ClassVar[tuple[str, ...]] = ("table", "text")
    inputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET, "masked, or as it was"),
        "report": Port(ArtifactKind.REPORT, "report.json and report.html"),
    }

    def run(
        self, context: Context, config: PersonalDataConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        source = inputs["dataset"]
        card = read_card(source)
        masks = config.action == "mask"
        search = Search(config.kinds, config.mask_character if masks else None)
        written = context.output("dataset") if masks else context.work / "searched"
        written.mkdir(parents=True)
        found = _search(source, written, card, config, search)
        if masks:
            _write_card(written, found, config)
        else:
            shutil.copytree(source, context.output("dataset"), copy_function=_hand_over)
        folder = context.output("report")
        _write_report(folder, card, config, search)
        for line in search.report():
            pieces, samples = line["pieces"], line["samples"]
            context.log(f"{line['place']}: {line['kind']}, {pieces:,} in {samples:,} samples")
        context.log("masked" if masks else "nothing was changed")
        return {"dataset": context.output("dataset"), "report": folder}


def _hand_over(source: str, target: str) -> None:
    hand_over(Path(source), Path(target))


def _search(
    source: Path, target: Path, card: AnyCard, config: PersonalDataConfig, search: Search
) -> AnyCard:
    from aileron.data.quality.personal.tables import search_table, word_columns
    from aileron.data.quality.personal.texts import search_texts

    if isinstance(card, Card):
        columns = word_columns(card, config.columns)
        return search_table(source, target, card, search, columns)
    if not isinstance(card, TextCard):
        raise InvalidInput("data.quality.no_text", where=CARD_FILE, name=card.name)
    if config.columns:
        raise InvalidInput("data.quality.no_columns", where="columns", name=card.name)
    return search_texts(source, target, card, search)


def _write_card(folder: Path, card: AnyCard, config: PersonalDataConfig) -> None:
    options = config.model_dump(mode="json", exclude_defaults=True, exclude={"parent"})
    origin: dict[str, Any] = {
        "name": config.name or card.name,
        "parent": config.parent,
        "made": Made(operation=PersonalData.name, options=options),
        "created_by": f"{PersonalData.name}@{PersonalData.version}",
    }
    card.model_copy(update=origin).write(folder)


def _write_report(folder: Path, card: AnyCard, config: PersonalDataConfig, search: Search) -> None:
    from aileron.data.quality.personal.page import page

    folder.mkdir(parents=True)
    found = search.report()
    document = {
        "format_version": 1,
        "kind": "personal_data",
        "dataset": card.name,
        "digest": card.digest,
        "action": config.action,
        "kinds": list(config.kinds),
        "rows": card.counts.rows,
        "found": found,
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.html").write_text(page(document), encoding="utf-8")
