"""Values are laid over each other, and each knows where it came from."""

from pathlib import Path

import pytest

from aileron.core.documents import parse_document
from aileron.core.errors import InvalidInput
from aileron.lifecycle.layers import Layer, flat, merge, nested

HERE = Path("x.yaml")


def test_mappings_merge_key_by_key_and_the_upper_layer_wins() -> None:
    merged = merge(
        HERE, [Layer("below", {"a": {"b": 1, "c": 2}}), Layer("above", {"a": {"c": 3}, "d": 4})]
    )
    assert merged.values == {"a": {"b": 1, "c": 3}, "d": 4}


def test_a_list_replaces_the_list_below() -> None:
    merged = merge(HERE, [Layer("below", {"a": [1, 2]}), Layer("above", {"a": [3]})])
    assert merged.values == {"a": [3]}


def test_numbered_keys_change_items_of_a_list() -> None:
    layers = [
        Layer("file", {"nodes": [{"x": 1}, {"x": 2}]}),
        Layer("form", {"nodes": {"1": {"x": 9}}}),
    ]
    assert merge(HERE, layers).values == {"nodes": [{"x": 1}, {"x": 9}]}


def test_an_item_that_is_not_there_is_refused() -> None:
    layers = [Layer("file", {"nodes": [{"x": 1}]}), Layer("--set", {"nodes": {"7": {"x": 9}}})]
    with pytest.raises(InvalidInput, match=r"nodes\.7"):
        merge(HERE, layers)


def test_each_value_knows_its_file_and_line_or_its_layer() -> None:
    document = parse_document("a:\n  b: 1\n  c: 2\n", HERE)
    merged = merge(HERE, [Layer("file", document.values, document), Layer("form", {"a": {"c": 3}})])
    assert merged.where(("a", "b")) == "x.yaml:2"
    assert merged.where(("a", "c")) == "form"
    assert merged.where(("a", "c", "deeper")) == "form"


def test_a_value_that_replaces_a_mapping_takes_over_its_origins() -> None:
    merged = merge(HERE, [Layer("below", {"a": {"b": 1}}), Layer("above", {"a": 5})])
    assert merged.values == {"a": 5}
    assert merged.where(("a", "b")) == "above"


def test_layers_are_not_changed_by_merging() -> None:
    below = {"a": {"b": 1}}
    merge(HERE, [Layer("below", below), Layer("above", {"a": {"b": 2}})])
    assert below == {"a": {"b": 1}}


def test_dotted_paths_become_nested_mappings_and_back() -> None:
    assert nested({"a.b": 1, "a.c": 2, "d": {}}) == {"a": {"b": 1, "c": 2}, "d": {}}
    assert dict(flat({"a": {"b": 1}, "d": {}})) == {("a", "b"): 1, ("d",): {}}


def test_a_path_through_a_value_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"a\.b"):
        nested({"a": 1, "a.b": 2})
