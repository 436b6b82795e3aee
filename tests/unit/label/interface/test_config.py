"""A labelling configuration shows what people read, and results hold what the dataset has."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import pytest
from plugins.label_cases import label_case, label_cases

from aileron.core.errors import InvalidInput
from aileron.label.interface.config import COLOURS, labelling_config
from aileron.label.spec import LabelSpec


def view_of(name: str) -> Element:
    return fromstring(labelling_config(label_case(name).spec))  # our own XML


def test_names_of_controls_are_unique_and_point_to_what_is_shown() -> None:
    for case in label_cases():
        view = fromstring(labelling_config(case.spec))
        named = [one.get("name") for one in view.iter() if one.get("name")]
        assert len(set(named)) == len(named), case.name
        pointed = {one.get("toName") for one in view.iter() if one.get("toName")}
        shown = {one.get("name") for one in view.iter() if (one.get("value") or "")[:1] == "$"}
        assert pointed <= shown, case.name


def test_classes_have_display_names_colours_keys_and_hints() -> None:
    first, second = view_of("detection").iterfind("RectangleLabels/Label")
    assert first.attrib == {
        "value": "正常", "background": "#1f77b4", "hotkey": "q", "alias": "normal",
    }  # fmt: skip
    assert second.attrib == {
        "value": "defective", "background": COLOURS[1], "hint": 'it has "cracks"',
        "alias": "defective",
    }  # fmt: skip


def test_what_is_code_elsewhere_is_text_in_a_configuration() -> None:
    choices = view_of("multi").find("Choices")
    assert choices is not None
    assert choices.get("choice") == "multiple"
    last = choices[-1]
    assert last.get("alias") == "$5 <b> & \"q\" 'x'"
    assert last.get("value") == "＄5 <b> & \"q\" 'x'", "a dollar begins a variable"


def test_words_that_the_screen_takes_for_truth_values_stand_in_value_alone() -> None:
    classes = [{"name": "true", "display_name": "x", "description": "false"}, {"name": "5"}]
    spec = LabelSpec.model_validate(
        {"task": "classification", "modality": "text", "label_type": "single", "classes": classes}
    )
    first, second = fromstring(labelling_config(spec)).iterfind("Choices/Choice")
    assert first.attrib == {"value": "true", "background": COLOURS[0]}
    assert second.get("alias") == "5"


def test_a_chart_has_the_channels_and_says_how_time_is_written() -> None:
    dates, numbers = (
        view_of(f"series of {kind}s").find("TimeSeries") for kind in ("date", "number")
    )
    assert dates is not None
    assert numbers is not None
    channels = [(one.get("column"), one.get("legend")) for one in dates.iterfind("Channel")]
    assert channels == [("level", "level"), ("flow $5", "flow ＄5")]
    assert (dates.get("timeColumn"), dates.get("valueType")) == ("time", "url")
    assert dates.get("timeFormat") == "%Y-%m-%dT%H:%M:%S.%L%Z"
    assert numbers.get("timeFormat") is None
    labels = view_of("series of dates").find("TimeSeriesLabels")
    assert labels is not None
    assert labels.get("toName") == "series"


def test_only_rotated_boxes_can_be_turned() -> None:
    for name, turns in (("detection", "false"), ("rotated boxes", "true")):
        control = view_of(name).find("RectangleLabels")
        assert control is not None
        assert control.get("canRotate") == turns


def test_attributes_of_objects_show_when_one_is_chosen() -> None:
    view = view_of("detection")
    of_object = view.find("View/Choices[@name='attribute_occluded']")
    assert of_object is not None
    assert of_object.get("perRegion") == "true"
    assert of_object.get("whenTagName") == "boxes"
    assert [one.get("alias") for one in of_object] == ["yes", "no"]
    of_sample = view.find("Choices[@name='attribute_blurred']")
    assert of_sample is not None
    assert of_sample.get("perRegion") is None


def test_a_control_character_is_refused() -> None:
    spec = LabelSpec.model_validate(
        {"task": "classification", "modality": "text", "classes": [{"name": "a\x01"}]}
    )
    with pytest.raises(InvalidInput) as caught:
        labelling_config(spec)
    assert caught.value.message_id == "label.interface.bad_character"
    assert "x01" in str(caught.value)
