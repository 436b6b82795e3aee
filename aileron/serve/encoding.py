"""From rows of named values to the float32 matrix that a model sees, and back to words.

One encoding for training, evaluation and serving: a number stays itself, a category is its
index in the feature's list, a boolean is 0 or 1, a missing value is NaN. A date becomes the
numbers of `dates.PARTS`, a text its length and the weights of the terms in it, NaN for each
term that is not. Nothing is guessed: a row that does not fit the features is refused with a
`RowError`. Needs numpy only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from .dates import PARTS, date_parts
from .text import Vocabulary, length

FeatureType = Literal["number", "category", "boolean", "date", "text"]
ColumnKind = Literal["number", "category", "boolean", "ordinal", "term"]
"""An ordinal column holds few whole numbers in an order, such as the month of a date."""
Matrix = NDArray[np.float32]
CellEncoder = Callable[[Any, int], float]
WideEncoder = Callable[[Any, int, Matrix], None]
"""Writes one value into its columns of one row, which hold NaN."""
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
    "not_a_date": {
        "en": "In row {row}, {feature!r} is {found}, which is no date. Give {wanted}.",
        "zh": "第 {row} 行的 {feature!r} 是 {found}，不是日期。请给出{wanted}。",
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
    "a date such as '2026-01-31'": "日期，例如 '2026-01-31'",
    "a date such as '2026-01-31' or null": "日期（例如 '2026-01-31'）或 null",
}
_WANTED: Final[Mapping[FeatureType, str]] = {
    "number": "a number",
    "category": "a string",
    "boolean": "true or false",
    "date": "a date such as '2026-01-31'",
    "text": "a string",
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
class MatrixColumn:
    """One column of the matrix; a category or an ordinal takes the values 0 to `codes` - 1."""

    name: str
    kind: ColumnKind
    codes: int = 0


@dataclass(frozen=True)
class Feature:
    """One input of a model; `categories` in the order of their codes."""

    name: str
    type: FeatureType
    categories: tuple[str, ...] | None = None
    missing_allowed: bool = False
    formats: tuple[str, ...] = ()
    """How a date may be written besides ISO 8601, as strptime has it."""
    vocabulary: Vocabulary | None = None
    """The terms of a text that count, fitted on training rows."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Feature:
        categories, vocabulary = data.get("categories"), data.get("vocabulary")
        return cls(
            data["name"],
            data["type"],
            None if categories is None else tuple(categories),
            bool(data["missing_allowed"]),
            tuple(data.get("formats", ())),
            None if vocabulary is None else Vocabulary.from_json(vocabulary),
        )

    def to_json(self) -> dict[str, Any]:
        """What a type does not have is left out, but for `categories`."""
        plain: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "categories": None if self.categories is None else list(self.categories),
            "missing_allowed": self.missing_allowed,
        }
        if self.formats:
            plain["formats"] = list(self.formats)
        if self.vocabulary is not None:
            plain["vocabulary"] = self.vocabulary.to_json()
        return plain

    @property
    def wanted(self) -> str:
        """What to give, in words."""
        return _WANTED[self.type] + (" or null" if self.missing_allowed else "")

    @property
    def columns(self) -> tuple[MatrixColumn, ...]:
        """What it becomes in the matrix, from left to right."""
        if self.type == "date":
            return tuple(
                MatrixColumn(f"{self.name}.{part}", "ordinal" if codes else "number", codes)
                for part, codes in PARTS.items()
            )
        if self.type == "text":
            known = self.vocabulary.terms if self.vocabulary else ()
            size = MatrixColumn(f"{self.name}.length", "number")
            return (size, *(MatrixColumn(f"{self.name}: {term}", "term") for term in known))
        return (MatrixColumn(self.name, self.type, len(self.categories or ())),)

    @property
    def width(self) -> int:
        """How many columns it takes."""
        if self.type == "date":
            return len(PARTS)
        if self.type == "text":
            return 1 + (len(self.vocabulary.terms) if self.vocabulary else 0)
        return 1


class Encoder:
    """Turns rows, or columns, into a matrix: one row each, the features' columns in order."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = tuple(features)
        self.names = tuple(feature.name for feature in features)
        widths = [feature.width for feature in features]
        self.width = sum(widths)
        self.starts = tuple(accumulate(widths, initial=0))[:-1]
        """The first column of each feature."""
        self._known = frozenset(self.names)
        self._cells: dict[int, CellEncoder] = {}
        self._wide: dict[int, WideEncoder] = {}
        for place, feature in enumerate(features):
            if feature.type in ("date", "text"):
                self._wide[place] = _wide_encoder(feature)
            else:
                self._cells[place] = _cell_encoder(feature)
        self._narrow = tuple((self.names[place], cell) for place, cell in self._cells.items())
        self._narrow_columns = np.array([self.starts[place] for place in self._cells], np.intp)

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> Matrix:
        """Encode `rows`.

        Raises:
            RowError: the first thing wrong with the first row that does not fit.
        """
        if self._wide:
            return self._wide_rows(rows)
        matrix = np.empty((len(rows), len(self.names)), dtype=np.float32)
        for index, row in enumerate(rows):
            if not isinstance(row, dict):
                raise RowError("not_an_object", row=index, found=_type_name(row))
            if row.keys() != self._known:
                raise self._misfit(index, row)
            matrix[index] = [encode(row[name], index) for name, encode in self._narrow]
        return matrix

    def cell(self, place: int) -> CellEncoder:
        """What encodes a value of feature number `place`, if that takes one column."""
        return self._cells[place]

    def wide(self, place: int) -> WideEncoder | None:
        """What encodes a value of feature number `place`, if that may take several columns."""
        return self._wide.get(place)

    def columns(self, columns: Mapping[str, Sequence[Any]]) -> Matrix:
        """Encode one sequence of values per feature, all of one length."""
        if columns.keys() != self._known:
            raise self._misfit(0, columns)
        count = len(columns[self.names[0]])
        matrix = np.full((count, self.width), _NAN, dtype=np.float32)
        for place, feature in enumerate(self.features):
            values, start = columns[feature.name], self.starts[place]
            if len(values) != count:
                found = str(len(values))
                raise RowError(
                    "unequal_columns", feature=feature.name, found=found, wanted=str(count)
                )
            if wide := self.wide(place):
                for index, value in enumerate(values):
                    wide(value, index, matrix[index, start : start + feature.width])
            else:
                encode = self._cells[place]
                matrix[:, start] = [encode(value, index) for index, value in enumerate(values)]
        return matrix

    def _wide_rows(self, rows: Sequence[Mapping[str, Any]]) -> Matrix:
        matrix = np.full((len(rows), self.width), _NAN, dtype=np.float32)
        wide = [
            (self.names[place], self.starts[place], self.features[place].width, encode)
            for place, encode in self._wide.items()
        ]
        for index, row in enumerate(rows):
            if not isinstance(row, dict):
                raise RowError("not_an_object", row=index, found=_type_name(row))
            if row.keys() != self._known:
                raise self._misfit(index, row)
            codes = [encode(row[name], index) for name, encode in self._narrow]
            matrix[index, self._narrow_columns] = codes
            for name, start, width, write in wide:
                write(row[name], index, matrix[index, start : start + width])
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


def _wide_encoder(feature: Feature) -> WideEncoder:
    return _date_encoder(feature) if feature.type == "date" else _text_encoder(feature)


def _date_encoder(feature: Feature) -> WideEncoder:
    def encode(value: Any, row: int, cells: Matrix) -> None:
        if type(value) is not str:
            _missing(feature, value, row)
            return
        parts = date_parts(value, feature.formats)
        if parts is None:
            raise _error("not_a_date", feature, value, row)
        cells[:] = parts

    return encode


def _text_encoder(feature: Feature) -> WideEncoder:
    vocabulary = feature.vocabulary or Vocabulary((), ())

    def encode(value: Any, row: int, cells: Matrix) -> None:
        if type(value) is not str:
            _missing(feature, value, row)
            return
        cells[0] = length(value)
        weights = vocabulary.weights(value)
        if weights:
            cells[1:][list(weights)] = list(weights.values())

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
