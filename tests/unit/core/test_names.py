"""One alphabet of names, and the ids built from them."""

import pytest

from aileron.core import names
from aileron.core.errors import InvalidInput


@pytest.mark.parametrize("name", ["a", "breast_cancer", "a" * 40, "x9"])
def test_a_good_name_is_taken(name: str) -> None:
    assert names.check_name(name) == name


@pytest.mark.parametrize("name", ["", "A", "9a", "a-b", "a b", "a" * 41, "a/b", "数据", "a\n"])
def test_a_bad_name_is_refused_with_the_rule(name: str) -> None:
    with pytest.raises(InvalidInput, match="lower-case letter"):
        names.check_name(name)


def test_ids_carry_the_project() -> None:
    assert names.dag_id("default", "breast_cancer") == "default__breast_cancer"
    assert names.dataset_tag("default", "iris", 3) == "default/iris@v3"
    assert names.registered_model("default", "iris") == "default.iris"
    assert names.dashed("breast_cancer") == "breast-cancer"
