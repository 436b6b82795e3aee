"""From rows of named values to the float32 matrix that a model sees, and back to words.

One encoding for training, evaluation and serving: a number stays itself, a category is its
index in the feature's list, a boolean is 0 or 1, a missing value is NaN. Nothing is guessed:
a row that does not fit the features is refused with a `RowError`. Needs numpy only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

FeatureType = Literal["number", "category", "boolean"]
Matrix = NDArray[np.float32]
CellEncoder = Callable[[Any, int], float]
Language = Literal["en", "zh"]

_LARGEST: Final = float(np.finfo(np.float32).max)
_NAN: Final = math.nan

SENTENCES: Final[Mapping[str, Mapping[Language, str]]] = {
    "not_an_object": {
        "en": "Row {row} is {found}. Give an object of feature names and values.",
        "zh": "第 {row} 行是{found}。请给出由特征名和值组成的对象。",
    },
    "missing_feature": {
        "en": "Row {row} lacks the feature {feature!r}. Add it; the model needs {wanted}.",
        "zh": "第 {row} 行缺少特征 {feature!r}。请补上；模型需要 {wanted}。",
    },
    "unknown_feature": {
        "en": "Row {row} has the feature {feature!r}, which the model does not know. Remove it; "
        "the model needs {wanted}.",
        "zh": "第 {row} 行含有模型不认识的特征 {feature!r}。请去掉；模型需要 {wanted}。",
    },
    "wrong_type": {
        "en": "In row {row}, {feature!r} is {found}. Give {wanted}.",
        "zh": "第 {row} 行的 {feature!r} 是{found}。请给出{wanted}。",
    },
    "null_not_allowed": {
        "en": "In row {row}, {feature!r} is null, and the model was trained without missing "
        "values there. Give {wanted}.",
        "zh": "第 {row} 行的 {feature!r} 为 null，而模型训练时该特征没有缺失值。请给出{wanted}。",
    },
    "unknown_category": {
        "en": "In row {row}, {feature!r} is {found}, a category the model has not seen. "
        "Use one of {wanted}.",
        "zh": "第 {row} 行的 {feature!r} 是 {found}，模型没有见过这个类别。请使用 {wanted} 之一。",
    },
    "number_out_of_range": {
        "en": "In row {row}, {feature!r} is {found}, too large. Give {wanted} between -3.4e38 "
        "and 3.4e38.",
        "zh": "第 {row} 行的 {feature!r} 是 {found}，超出范围。请给出 -3.4e38 到 3.4e38 之间的"
        "{wanted}。",
    },
    "unequal_columns": {
        "en": "The column {feature!r} has {found} values. Give {wanted}, as many as the others.",
        "zh": "列 {feature!r} 有 {found} 个值。请给出 {wanted} 个，与其他列相同。",
    },
}

_WORDS_ZH: Final[Mapping[Any, str]] = {
    "a number": "数字",
    "a string": "字符串",
    "a list": "列表",
    "an object": "对象",
    "a boolean": "布尔值",
    "true or false": "true 或 false",
    "a number or null": "数字或 null",
    "a string or null": "字符串或 null",
    "true or false or null": "true、false 或 null",
}


class RowError(Exception):
    """A row that the model cannot take.

    `code` is a key of `SENTENCES`; `row` counts from 0. `values` fill the sentence and are
    JSON-serialisable; what stands in `_WORDS_ZH` is said in the reader's language.
    """

    def __init__(
        self, code: str, *, row: int = 0, feature: str = "", found: str = "", wanted: str = ""
    ) -> None:
        self.code = code
        self.row = row
        self.feature = feature
        self.values = {"row": row, "feature": feature, "found": found, "wanted": wanted}
        super().__init__(code)

    def sentence(self, language: Language = "en") -> str:
        values = self.values
        if language == "zh":
            values = {name: _WORDS_ZH.get(value, value) for name, value in values.items()}
        return SENTENCES[self.code][language].format_map(values)

    def __str__(self) -> str:
        return self.sentence()


@dataclass(frozen=True)
class Feature:
    """One input of a model; `categories` in the order of their codes."""

    name: str
    type: FeatureType
    categories: tuple[str, ...] | None = None
    missing_allowed: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Feature:
        categories = data.get("categories")
        return cls(
            data["name"],
            data["type"],
            None if categories is None else tuple(categories),
            bool(data["missing_allowed"]),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.type,
            "categories": None if self.categories is None else list(self.categories),
            "missing_allowed": self.missing_allowed,
        }

    @property
    def wanted(self) -> str:
        """What to give, in words."""
        words = {"number": "a number", "category": "a string", "boolean": "true or false"}
        if not self.missing_allowed:
            return words[self.type]
        return f"{words[self.type]} or null"


class Encoder:
    """Turns rows, or columns, into a matrix of shape (rows, features), in feature order."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = tuple(features)
        self.names = tuple(feature.name for feature in features)
        self._known = frozenset(self.names)
        self._cells = tuple((f.name, _cell_encoder(f)) for f in features)

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> Matrix:
        """Encode `rows`.

        Raises:
            RowError: the first thing wrong with the first row that does not fit.
        """
        matrix = np.empty((len(rows), len(self.names)), dtype=np.float32)
        for index, row in enumerate(rows):
            if not isinstance(row, dict):
                raise RowError("not_an_object", row=index, found=_type_name(row))
            if row.keys() != self._known:
                raise self._misfit(index, row)
            matrix[index] = [encode(row[name], index) for name, encode in self._cells]
        return matrix

    def cell(self, place: int) -> CellEncoder:
        """The function that encodes one value of feature number `place`: (value, row) -> code."""
        return self._cells[place][1]

    def columns(self, columns: Mapping[str, Sequence[Any]]) -> Matrix:
        """Encode one sequence of values per feature, all of one length."""
        if columns.keys() != self._known:
            raise self._misfit(0, columns)
        count = len(columns[self.names[0]])
        matrix = np.empty((count, len(self.names)), dtype=np.float32)
        for place, (name, encode) in enumerate(self._cells):
            values = columns[name]
            if len(values) != count:
                found = str(len(values))
                raise RowError("unequal_columns", feature=name, found=found, wanted=str(count))
            matrix[:, place] = [encode(value, index) for index, value in enumerate(values)]
        return matrix

    def _misfit(self, index: int, row: Mapping[str, Any]) -> RowError:
        wanted = _listed(self.names)
        for name in self.names:
            if name not in row:
                return RowError("missing_feature", row=index, feature=name, wanted=wanted)
        unknown = next(str(name) for name in row if name not in self._known)
        return RowError("unknown_feature", row=index, feature=unknown, wanted=wanted)


def _cell_encoder(feature: Feature) -> CellEncoder:
    if feature.type == "number":
        return _number_encoder(feature)
    if feature.type == "boolean":
        return _code_encoder(feature, {False: 0.0, True: 1.0}, bool)
    codes = {category: float(code) for code, category in enumerate(feature.categories or ())}
    return _code_encoder(feature, codes, str)


def _number_encoder(feature: Feature) -> CellEncoder:
    def encode(value: Any, row: int) -> float:
        kind = type(value)
        if kind is float or kind is int:
            if -_LARGEST <= value <= _LARGEST:
                return float(value)
            if kind is int or not math.isnan(value):
                raise _error("number_out_of_range", feature, value, row)
            value = None
        return _missing(feature, value, row)

    return encode


def _code_encoder(feature: Feature, codes: Mapping[Any, float], kind: type) -> CellEncoder:
    def encode(value: Any, row: int) -> float:
        if type(value) is not kind:
            return _missing(feature, value, row)
        code = codes.get(value)
        if code is None:
            found, known = _short(value), _listed([repr(category) for category in codes])
            raise RowError(
                "unknown_category", row=row, feature=feature.name, found=found, wanted=known
            )
        return code

    return encode


def _missing(feature: Feature, value: Any, row: int) -> float:
    """NaN for a null that is allowed; everything else is refused."""
    if value is None:
        if feature.missing_allowed:
            return _NAN
        raise RowError("null_not_allowed", row=row, feature=feature.name, wanted=feature.wanted)
    raise _error("wrong_type", feature, value, row)


def _error(code: str, feature: Feature, value: Any, row: int) -> RowError:
    found = _type_name(value) if code == "wrong_type" else _short(value)
    return RowError(code, row=row, feature=feature.name, found=found, wanted=feature.wanted)


def _listed(words: Sequence[str]) -> str:
    more = f", ... ({len(words)})" if len(words) > 20 else ""
    return ", ".join(words[:20]) + more


def _short(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**40:
        return "a number of more than 40 digits"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _type_name(value: Any) -> str:
    names = {
        str: "a string",
        int: "a number",
        float: "a number",
        bool: "a boolean",
        list: "a list",
        dict: "an object",
        type(None): "null",
    }
    return names.get(type(value), type(value).__name__)
