"""Sequence labelling: rows ``tokens<tab>tags`` with blanks between, or a token per line (CoNLL).

The rows with their ``label_map.json`` are Baidu BML's (BML-TXT-03, 05 to 08). Tags may be of
scheme IOB2, IO, IOE or IOBES with the type first or last; without the option `scheme` the tags
that are met decide. With a label map, rows with other tags than its are problems.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import ClassVar, Final, NamedTuple, cast

from aileron.core.errors import InvalidInput
from aileron.core.phrase import phrase
from aileron.data.formats.documents import parse_json
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import Label, Task, TextSample
from aileron.data.formats.text.kinds import (
    LABEL_MAP,
    TAGGED_SUFFIXES,
    is_tagged_row,
    is_tagged_token,
    kind_of,
    name_of,
)
from aileron.data.formats.text.lines import files_with, head_lines, lines_of
from aileron.data.formats.text.pieces import Pieces
from aileron.data.formats.text.tagging import (
    OUTSIDE,
    SCHEMES,
    Order,
    Scheme,
    decode,
    encode,
    scheme_of,
    split_tag,
)
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused

HEAD: Final = 2000
"""Sequences that are looked at to find the scheme, where no label map says it."""
_BLANKS: Final = re.compile(r"[ \t\r\n]")
_HARD_BLANK: Final = "\N{NO-BREAK SPACE}"
_DOCUMENT: Final = "-DOCSTART-"


class Raw(NamedTuple):
    """Tokens and tags as they stand in the file, and the line of the first."""

    line: int
    tokens: tuple[str, ...]
    tags: tuple[str, ...]


class SequenceTags(Format[TextSample]):
    """Tagged tokens: BML's rows, or CoNLL's columns."""

    name = "sequence_tags"
    title: ClassVar[Mapping[str, str]] = {"en": "Tagged tokens", "zh": "序列标注"}
    modality = "text"
    tasks: ClassVar[tuple[Task, ...]] = ("sequence_labelling",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: lossy("ids_by_line"),
        Trait.TEXTS: lossy("blanks_in_tokens"),
        Trait.LABELS: refused(),
        Trait.SEVERAL_LABELS: refused(),
        Trait.PAIRS: refused(),
        Trait.TAGS: KEPT,
        Trait.SPANS: refused(),
        Trait.RELATIONS: refused(),
        Trait.TURNS: refused(),
        Trait.ATTRIBUTES: refused(),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: refused(),
        Trait.EMPTY_CLASSES: KEPT,
    }
    layout = f"{{part}}.txt: tokens<tab>tags, or a token and its tag per line\n{LABEL_MAP}"
    source = "https://ai.baidu.com/ai-doc/BML/2kmga0n0i"
    options: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "scheme": ("auto", *SCHEMES),
        "order": ("tag_first", "type_first"),
        "rows": ("sequence", "token"),
    }

    def recognises(self, tree: Tree) -> bool:
        return kind_of(tree) == self.name

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[TextSample]:
        paths = files_with(tree, TAGGED_SUFFIXES)
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        known = _label_map(tree)
        chosen = self.option("scheme")
        scheme = _scheme(tree, paths, known) if chosen == "auto" else cast("Scheme", chosen)
        note = phrase("data.formats.note_scheme", scheme=scheme.upper())
        labels = _classes(known or (), scheme)
        return Reading(
            task=self.wanted(task, "sequence_labelling"),
            labels=tuple(Label(name) for name in labels),
            samples=_samples(tree, paths, scheme, known, problems),
            known=known is not None,
            notes=(note,) if chosen == "auto" else (),
        )

    def write(self, writing: Writing[TextSample], sink: Sink) -> None:
        import orjson

        chosen = self.option("scheme")
        scheme: Scheme = "iob" if chosen == "auto" else cast("Scheme", chosen)
        order = cast("Order", self.option("order"))
        written = _token_rows if self.option("rows") == "token" else _sequence_row
        for label in writing.labels:
            if _BLANKS.search(label.name):
                raise InvalidInput("data.formats.blank_in_class", name=label.name)
        with Pieces(sink, ".txt") as pieces:
            for sample in writing.samples:
                tokens = [_BLANKS.sub(_HARD_BLANK, token) for token in sample.tokens]
                row = written(tokens, encode(sample.tags, scheme, order))
                pieces.add(sample.split, row.encode())
        names = [label.name for label in writing.labels]
        tags = [tag for name in names for tag in _tags_of(name, scheme, order)]
        numbers = {tag: number for number, tag in enumerate([*tags, OUTSIDE])}
        sink.write(LABEL_MAP, orjson.dumps(numbers))


def _sequence_row(tokens: Sequence[str], tags: Sequence[str]) -> str:
    return f"{' '.join(tokens)}\t{' '.join(tags)}\n"


def _token_rows(tokens: Sequence[str], tags: Sequence[str]) -> str:
    rows = [f"{token}\t{tag}\n" for token, tag in zip(tokens, tags, strict=True)]
    return "".join(rows) + "\n"


def _tags_of(name: str, scheme: Scheme, order: Order) -> list[str]:
    """All tags of a class, in the order of BML's sample: the beginning first."""
    one = encode([f"B-{name}"], scheme, order)
    many = encode([f"B-{name}", f"I-{name}", f"I-{name}"], scheme, order)
    return list(dict.fromkeys((*many, *one)))


def _label_map(tree: Tree) -> tuple[str, ...] | None:
    """The tags of the label map; None if there is none."""
    path = next((path for path in tree.paths() if name_of(path) == LABEL_MAP), None)
    if path is None:
        return None
    tags = parse_json(tree, path)
    if not isinstance(tags, dict):
        raise InvalidInput(
            "data.formats.wrong_field",
            where=path,
            field=LABEL_MAP,
            found=str(tags)[:60],
            wanted="{}",
        )
    return tuple(tags)


def _scheme(tree: Tree, paths: Sequence[str], known: Sequence[str] | None) -> Scheme:
    """The scheme of the tags that the label map lists, or that the first file begins with."""
    if known:
        return scheme_of(known)
    unheard = Problems()  # they are noted when the rows are read in earnest
    raws = islice(_raws(tree, paths[0], unheard), HEAD)
    return scheme_of(tag for raw in raws for tag in raw.tags)


def _classes(tags: Iterable[str], scheme: Scheme) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for tag in tags:
        try:
            _, name = split_tag(tag, scheme)
        except ValueError:  # BERT's maps have [CLS] and such; no row has
            continue
        if name:
            names[name] = None
    return tuple(names)


def _samples(
    tree: Tree,
    paths: Sequence[str],
    scheme: Scheme,
    known: Sequence[str] | None,
    problems: Problems,
) -> Iterator[TextSample]:
    for path in paths:
        part = part_in(name_of(path))
        for raw in _raws(tree, path, problems):
            try:
                tags = _decoded(raw, scheme, known)
            except Fault as fault:
                problems.add(path, fault, raw.line)
                continue
            yield TextSample(f"{path}:{raw.line}", tokens=raw.tokens, tags=tags, split=part)


def _decoded(raw: Raw, scheme: Scheme, known: Sequence[str] | None) -> tuple[str, ...]:
    if len(raw.tokens) != len(raw.tags):
        raise Fault("tag_count", tokens=len(raw.tokens), tags=len(raw.tags))
    stray = next((tag for tag in raw.tags if known is not None and tag not in known), None)
    if stray is not None:
        raise Fault("unknown_label", name=stray[:60], classes=", ".join(known or ())[:200])
    try:
        return tuple(decode(raw.tags, scheme))
    except ValueError as error:
        raise Fault("unknown_tag", tag=str(error)[:60], scheme=scheme.upper()) from None


def _raws(tree: Tree, path: str, problems: Problems) -> Iterator[Raw]:
    lines = [line for line in head_lines(tree, path, "utf-8") if line.strip()]
    rows, tokens = sum(map(is_tagged_row, lines)), sum(map(is_tagged_token, lines))
    blank = any(not line.strip() for line in head_lines(tree, path, "utf-8")[:-1])
    by_token = tokens > rows or (tokens == rows and blank)
    return _from_tokens(tree, path, problems) if by_token else _from_rows(tree, path, problems)


def _from_rows(tree: Tree, path: str, problems: Problems) -> Iterator[Raw]:
    for number, text in lines_of(tree, path):
        line = text.strip("\r\n")
        if not line.strip():
            continue
        tokens, tab, tags = line.partition("\t")
        if tab:
            yield Raw(number, tuple(_cells(tokens)), tuple(_cells(tags)))
        else:
            problems.add(path, Fault("column_count", found=1, wanted=2), number)


def _from_tokens(tree: Tree, path: str, problems: Problems) -> Iterator[Raw]:
    """CoNLL's columns: the token first, the tag last; a blank line ends a sequence."""
    pairs: list[tuple[str, str]] = []
    start, broken = 1, False
    for number, text in _with_end(tree, path):
        line = text.strip("\r\n")
        if line.strip() and not line.startswith(_DOCUMENT):
            columns = line.split("\t") if "\t" in line else line.split(" ")
            if not broken and (len(columns) < 2 or not columns[-1].strip()):
                problems.add(path, Fault("column_count", found=1, wanted=2), number)
                broken = True
            start = start if pairs else number
            pairs.append((columns[0] or _HARD_BLANK, columns[-1].strip()))
            continue
        if pairs and not broken:
            tokens, tags = zip(*pairs, strict=True)
            yield Raw(start, tokens, tags)
        pairs, broken = [], False


def _with_end(tree: Tree, path: str) -> Iterator[tuple[int, str]]:
    yield from lines_of(tree, path)
    yield 0, ""


def _cells(text: str) -> list[str]:
    return [cell for cell in text.strip(" \t").split(" ") if cell]
