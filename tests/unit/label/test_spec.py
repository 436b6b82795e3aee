"""A label spec is read with its lines, filled in from the dataset, and refused where it misfits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from aileron.core.documents import check, parse_document
from aileron.core.errors import InvalidInput
from aileron.core.settings import Settings
from aileron.data.audio.card import AudioCard, AudioCounts, AudioSource
from aileron.data.card import AnyCard, Card
from aileron.data.images.card import ImageCard, ImageCounts, ImageSource
from aileron.data.series.card import SeriesCard, SeriesCounts, SeriesSource
from aileron.data.texts.card import TextCard, TextCounts, TextSource
from aileron.label.sections import Audit
from aileron.label.spec import LABELS_FILE, LabelSpec, complete, load_spec

HEAD = "apiVersion: aileron/v1\nkind: Labels\n"
SOURCE = {"file": "x", "sha256": "0" * 64}
FULL = """\
task: detection
tool: box
classes:
  - {name: insulator, display_name: 绝缘子, colour: "#1f77b4", shortcut: "1", description: whole}
  - {name: bird}
attributes:
  - {name: occluded, kind: boolean, of: object}
instructions: |
  Little background.
package_size: 10
overlap: 2
consensus: adjudicator
audit: {count: 5}
assignment: by_skill
skills: [night]
annotators: [{name: anna, skills: [night]}, ben]
reviewers: [rita]
hours: null
existing: truth
samples: all
suggestions: {service: finder}
"""


def pictures(task: str = "detection", **more: Any) -> ImageCard:
    counts = ImageCounts(rows=1, pictures=1, bytes=1, refused=0)
    fields: dict[str, Any] = {"classes": ("insulator", "bird"), "class_counts": {"insulator": 3}}
    return ImageCard(
        name="grid", task=task, counts=counts, digest="0" * 64, source=ImageSource(**SOURCE),
        created_by="test@1", **{**fields, **more},
    )  # fmt: skip


def texts(task: str) -> TextCard:
    counts = TextCounts(rows=1, characters=1, repeats=0, refused=0)
    return TextCard(
        name="notes", task=task, counts=counts, digest="0" * 64, classes=("who", "pet"),
        class_counts={}, source=TextSource(**SOURCE, format="x"), created_by="test@1",
    )  # fmt: skip


def recordings(task: Any = "classification") -> AudioCard:
    counts = AudioCounts(rows=1, recordings=1, bytes=1, seconds=1, refused=0)
    return AudioCard(
        name="calls", task=task, counts=counts, digest="0" * 64,
        classes=("a", "b"), class_counts={},
        source=AudioSource(**SOURCE, format="x"), created_by="test@1",
    )  # fmt: skip


def series(time: Any = "date") -> SeriesCard:
    counts = SeriesCounts(rows=1, series=1, points=9, bytes=1, refused=0)
    return SeriesCard(
        name="oil", counts=counts, digest="0" * 64, time=time, channels=("level", "flow"),
        classes=("leak",), class_counts={},
        source=SeriesSource(**SOURCE, format="x"), created_by="test@1",
    )  # fmt: skip


def spec_of(**fields: Any) -> LabelSpec:
    return LabelSpec.model_validate(fields)


def test_a_file_is_read_and_a_campaign_keeps_it(tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path, home=tmp_path / "home")
    assert load_spec(settings, "grid") == LabelSpec()
    path = tmp_path / "datasets" / "grid" / LABELS_FILE
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + FULL, encoding="utf-8")
    spec = load_spec(settings, "grid")
    assert [one.name for one in spec.annotators] == ["anna", "ben"]
    assert spec.annotators[0].skills == ("night",)
    assert spec.classes[0].shown == "绝缘子"
    assert spec.hours is None
    assert LabelSpec.model_validate(spec.to_json()) == spec
    path.write_text("task: detection\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_spec(settings, "grid")
    assert caught.value.where == f"{path}:1"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("package_size: 0\n", 3, "package_size"),
        ("overlap: 6\n", 3, "overlap"),
        ("lables: x\n", 3, "lables"),
        ("classes:\n  - {name: a}\n  - {name: a}\n", 1, "twice"),
        ("classes:\n  - {name: a, shortcut: q}\n  - {name: b, shortcut: q}\n", 1, "shortcut"),
        ("classes: [{name: a, colour: red}]\n", 3, "colour"),
        ("audit: {share: 0.2, count: 3}\n", 3, "share"),
        ("attributes: [{name: x, kind: choice}]\n", 3, "choices"),
        ("attributes: [{name: 'a b', kind: text}]\n", 3, "name"),
        ("assignment: round_robin\n", 1, "annotators"),
        ("assignment: by_skill\nannotators: [a]\n", 1, "skills"),
        ("classes: [{name: a, points: [x], skeleton: [[0, 1]]}]\n", 3, "skeleton"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check(LabelSpec, parse_document(HEAD + text, Path("labels.yaml")))
    assert caught.value.where == f"labels.yaml:{line}"
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("card", "modality", "tool"),
    [
        (pictures("classification"), "image", None),
        (pictures("detection"), "image", "box"),
        (pictures("instance_segmentation"), "image", "polygon"),
        (pictures("semantic_segmentation"), "image", "mask"),
        (texts("classification"), "text", None),
        (texts("matching"), "text", None),
        (texts("entities"), "text", None),
        (texts("sequence_labelling"), "text", None),
        (recordings(), "audio", None),
        (recordings("event_detection"), "audio", None),
        (series(), "series", None),
    ],
)
def test_what_is_left_out_comes_of_the_dataset(
    card: AnyCard, modality: str, tool: str | None
) -> None:
    full = complete(LabelSpec(), card)
    assert (full.modality, full.task, full.tool) == (modality, card.task, tool)
    assert full.class_names == card.classes
    assert full.label_type == "single"
    assert complete(full, card) == full


def test_channels_and_time_come_of_the_dataset_or_of_the_spec() -> None:
    full = complete(spec_of(channels=["flow"]), series())
    assert (full.channels, full.time) == (("flow",), "date")
    assert complete(LabelSpec(), series("number")).channels == ("level", "flow")
    with pytest.raises(InvalidInput, match="no channel flaw; did you mean flow"):
        complete(spec_of(channels=["flaw"]), series())
    with pytest.raises(InvalidInput, match="no channel flow"):
        complete(spec_of(channels=["flow"]), recordings())
    with pytest.raises(InvalidInput, match="time"):
        complete(spec_of(time="number"), series())


def test_key_points_come_of_the_dataset_or_of_the_spec() -> None:
    known = {"insulator": {"names": ["top", "end"], "skeleton": [[0, 1]]}}
    card = pictures("key_points", points=known)
    full = complete(
        spec_of(classes=[{"name": "insulator"}, {"name": "new", "points": ["x"]}]), card
    )
    assert [one.points for one in full.classes] == [("top", "end"), ("x",)]
    assert full.classes[0].skeleton == ((0, 1),)
    for fields, wrong in (
        ({"classes": [{"name": "insulator", "points": ["other"]}]}, "spec_other_points"),
        ({"classes": [{"name": "insulator"}], "tool": "box"}, "spec_tool"),
    ):
        with pytest.raises(InvalidInput) as caught:
            complete(spec_of(**fields), card)
        assert caught.value.message_id == f"label.{wrong}"
    with pytest.raises(InvalidInput) as caught:
        complete(LabelSpec(), pictures("key_points"))
    assert caught.value.message_id == "label.spec_no_points"


@pytest.mark.parametrize(
    ("card", "fields", "wrong"),
    [
        (pictures(), {"task": "classification"}, "spec_other"),
        (pictures(), {"modality": "text"}, "spec_other"),
        (pictures(), {"tool": "polygon"}, "spec_tool"),
        (pictures(), {"classes": [{"name": "bird"}]}, "spec_class_left_out"),
        (pictures(), {"relations": ["owns"]}, "spec_relations"),
        (pictures("classification", classes=("a",), class_counts={}), {}, "spec_few_classes"),
        (
            texts("entities"),
            {"attributes": [{"name": "sure", "kind": "boolean", "of": "object"}]},
            "spec_object_attribute",
        ),
        (
            recordings("event_detection"),
            {"attributes": [{"name": "sure", "kind": "boolean", "of": "object"}]},
            "spec_object_attribute",
        ),
        (texts("instruction"), {}, "spec_no_screen"),
        (
            Card.model_construct(name="cars", task="regression", classes=None),
            {},
            "spec_no_screen",
        ),
    ],
)
def test_what_does_not_fit_the_dataset_is_refused_in_words(
    card: AnyCard, fields: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        complete(spec_of(**fields), card)
    assert caught.value.message_id == f"label.{wrong}"
    assert caught.value.where == f"{card.name}/labels.yaml"
    for language in ("en", "zh"):
        assert caught.value.render(language)


def test_a_class_may_be_left_out_where_the_labels_of_samples_are_not_shown() -> None:
    fields = {"classes": [{"name": "bird"}], "existing": "ignore"}
    assert complete(spec_of(**fields), pictures()).class_names == ("bird",)


@pytest.mark.parametrize(
    ("audit", "size", "wanted"),
    [
        ({"share": 0.2}, 25, 5),
        ({"share": 0.2}, 1, 1),
        ({"share": 0}, 25, 0),
        ({"share": 1}, 25, 25),
        ({"count": 5}, 3, 3),
        ({"count": 0}, 3, 0),
    ],
)
def test_an_audit_looks_at_a_share_or_a_number(
    audit: dict[str, float], size: int, wanted: int
) -> None:
    assert Audit.model_validate(audit).wanted(size) == wanted


def test_an_audit_is_one_of_both() -> None:
    with pytest.raises(ValidationError):
        Audit()
