"""Which format a tree of plain text files is of: several share the suffix ``.txt``.

Told from names first, then from the beginning of one file. Each of the formats asks here, so
that no two of them recognise one tree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from aileron.data.formats.folders import find_folders
from aileron.data.formats.port import Tree
from aileron.data.formats.text.lines import (
    ABOUT,
    files_with,
    has_media,
    head_lines,
    stem_of,
    suffix_of,
)
from aileron.data.formats.text.tables import header_of
from aileron.data.formats.text.values import roles_of
from aileron.data.trees.structure import PART_NAMES

Kind = Literal["brat", "sequence_tags", "text_folders", "bml_txt", "plain_text"]

LABEL_MAP: Final = "label_map.json"
ANNOTATION: Final = ".ann"
CONFIGURATION: Final = "annotation.conf"
DOCUMENTS: Final = "documents"
"""The folder of texts with a file each, of the format `plain_text`."""
UNLABELLED: Final = "unlabelled"
_UNLABELLED: Final = re.compile(r"unlabell?ed|未标注", re.IGNORECASE)
TAGGED_SUFFIXES: Final = (".txt", ".tsv", ".conll", ".bio", ".iob", ".bioes", ".bmes", ".tags")
_TABLES: Final = (".csv", ".xlsx", ".jsonl", ".ndjson", ".parquet", ".tar")
_GENERIC: Final = re.compile(
    r"(?:data|texts?|corpus|all|part|shard|lines)[-_. ]?\d*", re.IGNORECASE
)
_TAG: Final = re.compile(r"[BIES]-\S+|\S+-[BIES]|O")
_MOST: Final = 0.6
"""Share of lines that must be of a kind."""


def kind_of(tree: Tree) -> Kind | None:
    """The format of the text files of `tree`; None if it is none of them."""
    paths = tree.paths()
    if any(suffix_of(path) == ANNOTATION or name_of(path) == CONFIGURATION for path in paths):
        return "brat"
    if has_media(tree):
        return None
    if any(suffix_of(path) in _TABLES for path in paths):
        return "text_folders" if _beside_classes(tree) else None
    if any(name_of(path) == LABEL_MAP for path in paths):
        return "sequence_tags"
    texts = files_with(tree, (".txt",))
    others = [path for path in paths if suffix_of(path) == ".json" and not _has_text(path, texts)]
    tagged = files_with(tree, TAGGED_SUFFIXES)
    if others or not tagged:
        return None
    if class_folders(texts):
        return "text_folders"
    return _kind_of_lines(tree, tagged, texts)


def name_of(path: str) -> str:
    """The name of a file without its folders."""
    return path.rsplit("/", 1)[-1]


def says_unlabelled(name: str) -> bool:
    """Whether the name of a file or a folder says that nobody has annotated it."""
    return bool(_UNLABELLED.search(name))


def is_generic(path: str) -> bool:
    """Whether a file is called after a part, or after nothing: it holds many texts then."""
    stem = stem_of(path)
    words = re.findall(r"[a-z]+", stem.lower())
    return bool(
        _GENERIC.fullmatch(stem)
        or says_unlabelled(stem)
        or any(word in PART_NAMES for word in words)
    )


def class_folders(texts: Sequence[str]) -> bool:
    """Whether the folders of text files are classes."""
    structure = find_folders(texts)
    labels = {structure.label(path) for path in texts} - {None}
    documents = any(path.startswith(f"{DOCUMENTS}/") for path in texts)
    return bool(labels) and not documents and not all(is_generic(path) for path in texts)


def _beside_classes(tree: Tree) -> bool:
    """Whether the tables of `tree` lie beside texts in folders of classes, and hold none.

    Two classes at least: one folder of texts beside a table could be anything.
    """
    texts = files_with(tree, (".txt",))
    structure = find_folders(texts)
    labels = {structure.label(path) for path in texts} - {None}
    tables = [path for path in tree.paths() if suffix_of(path) in _TABLES]
    if len(labels) < 2 or not class_folders(texts):
        return False
    return all(
        suffix_of(path) == ".csv" and "text" not in roles_of(header_of(tree, path))
        for path in tables
    )


def is_tagged_row(line: str) -> bool:
    """Whether a line is ``tokens<tab>tags``, as many of one as of the other."""
    tokens, tab, tags = line.partition("\t")
    found = tags.split(" ")
    return bool(tab) and len(tokens.split(" ")) == len(found) and all(map(_TAG.fullmatch, found))


def is_tagged_token(line: str) -> bool:
    """Whether a line is a token and, in its last column, a tag."""
    columns = line.rstrip(" \t").split("\t" if "\t" in line else " ")
    return len(columns) >= 2 and " " not in columns[0] and bool(_TAG.fullmatch(columns[-1]))


def _kind_of_lines(tree: Tree, tagged: Sequence[str], texts: Sequence[str]) -> Kind | None:
    lines = [line for line in head_lines(tree, tagged[0]) if line.strip()]
    rows = sum(map(is_tagged_row, lines))
    tokens = sum(map(is_tagged_token, lines))
    named = any(re.search(r"\b[BIES]-\S|\S-[BIES]\b", line) for line in lines)
    if lines and named and max(rows, tokens) >= _MOST * len(lines):
        return "sequence_tags"
    if not texts:
        return None
    tabs = sum(line.count("\t") in (1, 2) for line in lines)
    pairs = {path.removesuffix(".txt") for path in texts} & {
        path.removesuffix(".json") for path in tree.paths()
    }
    if pairs or says_unlabelled(stem_of(texts[0])) or (lines and tabs >= _MOST * len(lines)):
        return "bml_txt"
    return "plain_text"


def _has_text(path: str, texts: Sequence[str]) -> bool:
    """Whether a JSON file says something of the text of its name, as BML's do."""
    return stem_of(path).lower() in ABOUT or f"{path.removesuffix('.json')}.txt" in texts
