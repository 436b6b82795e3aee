"""A form speaks the reader's language; a translation belongs to one English text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import aileron
from aileron.client.local.choices import operation_shapes
from aileron.client.local.lifecycles import form
from aileron.core.catalogue import installed, step_class
from aileron.core.fields import WORDS, translations, worded
from aileron.core.settings import Settings
from aileron.data.definition_head import MODE
from aileron.label.spec import LabelSpec
from aileron.lifecycle import list_lifecycles, load_lifecycle
from aileron.lifecycle.form import SIZE, form_fields

WORKS = ("dataset_operation", "dataset_export", "custom_job", "custom_job_pods")
ROOT = Path(__file__).parents[3]
OF_A_FORM = re.compile(
    r"train\.|evaluate\."
    r"|data\.(ingest\w*|export|split|merge|sample|filter|relabel|resplit|dedupe|compact|personal_data|profile)$"
    r"|data\.(prepare_images|augment|prepare_table|join_table)$"
)
PACKAGES = sorted(path.parent.name for path in Path(aileron.__file__).parent.rglob("fields.toml"))
CHINESE = re.compile("[\u4e00-\u9fff]")


def shipped() -> tuple[Settings, list[str]]:
    settings = Settings(workspace=ROOT, home=ROOT / "home")
    return settings, list(list_lifecycles(settings))


def own_texts() -> set[str]:
    """The words of the fields that are no step's: of the work on datasets, the seed, the size."""
    settings, _ = shipped()
    forms = [form_fields(load_lifecycle(settings, name)) for name in WORKS]
    placed = [field.schema for form in forms for field in form if field.path is not None]
    importing = form_fields(load_lifecycle(settings, "import_breast_cancer"))
    placed += [field.schema for field in importing if field.path == MODE]
    placed.append(SIZE)
    return {field[word] for field in placed for word in WORDS if word in field}


def texts(package: str) -> set[str]:
    """The words of all fields that a form may take from that package."""
    if package == "lifecycle":
        return own_texts()
    if package == "data":
        return {*of_steps(package), *of_operations()}
    if package == "label":
        return of_label_spec()
    return of_steps(package)


def of_label_spec() -> set[str]:
    """The words of labels.yaml and of its parts."""
    schema = LabelSpec.model_json_schema(by_alias=True)
    shapes = [schema, *schema["$defs"].values()]
    fields = [field for shape in shapes for field in shape.get("properties", {}).values()]
    return {field[word] for field in fields for word in WORDS if word in field}


def of_operations() -> set[str]:
    """The words that the page of operations shows, down to the fields of lists."""
    shapes = [shape.model_dump() for shape in operation_shapes("en")]
    return {shape["description"] for shape in shapes} | {
        word for shape in shapes for word in words_in(shape["form"]["properties"])
    }


def words_in(fields: dict[str, Any]) -> Iterator[str]:
    for field in fields.values():
        yield from (field[word] for word in WORDS if field.get(word))
        items = field.get("items", {})
        for one in items.get("oneOf", [items]):
            if one.get("description"):
                yield one["description"]
            tag = items.get("tag")  # a page names the kinds itself
            yield from words_in({n: f for n, f in one.get("properties", {}).items() if n != tag})


def of_steps(package: str) -> set[str]:
    steps = [name for name in installed() if name.startswith(f"{package}.")]
    configs = [step_class(name).Config for name in steps if OF_A_FORM.match(name)]
    fields = [f for c in configs for f in c.model_json_schema().get("properties", {}).values()]
    return {field[word] for field in fields for word in WORDS if word in field}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_word_of_a_form_has_its_chinese_and_no_other_word_has(package: str) -> None:
    assert translations(package).keys() == texts(package)


def test_translations_are_chinese() -> None:
    assert PACKAGES == ["data", "evaluate", "label", "lifecycle", "train"]
    for package in PACKAGES:
        assert all(CHINESE.search(text) for text in translations(package).values())


@pytest.mark.parametrize("name", shipped()[1])
def test_the_shipped_forms_are_chinese_for_chinese_readers(name: str) -> None:
    workflow = load_lifecycle(shipped()[0], name)
    english, chinese = form(workflow, "en"), form(workflow, "zh")
    assert english.order == chinese.order
    for path, field in chinese.properties.items():
        if field["description"] != path:  # a field that the YAML alone has
            assert CHINESE.search(field["title"]), path
            assert CHINESE.search(field["description"]), path
        unread: dict[str, Any] = {key: v for key, v in field.items() if key not in WORDS}
        assert unread.items() <= english.properties[path].items()


def test_a_step_without_translations_speaks_english() -> None:
    field = {"title": "Gaps", "description": "how many", "default": 3}
    assert worded(field, "plugins", "zh") == field
    assert worded({"title": "Seed", "default": "Seed"}, "lifecycle", "zh") == {
        "title": "随机种子", "default": "Seed",
    }  # fmt: skip
