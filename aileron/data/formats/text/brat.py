"""brat's standoff: ``name.txt`` with the text, ``name.ann`` with entities and relations.

A text without an ``.ann`` waits for annotation. Class names that brat could not have are
written as identifiers, with the name in ``visual.conf``, brat's own place for it. Attributes of
an entity become attributes of the text called ``T1.Name``. Events and entities in several
pieces are problems; notes and normalisations are of nobody's concern here, and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import decode_text
from aileron.data.formats.ids import Ids
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import Label, Scalar, Task, TextSample
from aileron.data.formats.text.brat_files import Document, Names, configuration, parse
from aileron.data.formats.text.file_names import (
    common_root,
    file_name,
    id_of,
    part_below,
    with_part,
)
from aileron.data.formats.text.kinds import ANNOTATION, CONFIGURATION, kind_of, name_of
from aileron.data.formats.text.lines import files_with
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused
from aileron.data.layout import Part

VISUAL: Final = "visual.conf"
_ATTRIBUTE: Final = re.compile(r"T([1-9]\d*)\.(\S+)")


class Brat(Format[TextSample]):
    """Standoff annotations of brat."""

    name = "brat"
    title: ClassVar[Mapping[str, str]] = {"en": "brat", "zh": "brat"}
    modality = "text"
    tasks: ClassVar[tuple[Task, ...]] = ("entities",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.TEXTS: KEPT,
        Trait.LABELS: refused(),
        Trait.SEVERAL_LABELS: refused(),
        Trait.PAIRS: refused(),
        Trait.TAGS: refused(),
        Trait.SPANS: KEPT,
        Trait.RELATIONS: KEPT,
        Trait.TURNS: refused(),
        Trait.ATTRIBUTES: lossy("span_attributes_only"),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: KEPT,
    }
    layout = f"[{{part}}/]{{sample_id}}.txt\n[{{part}}/]{{sample_id}}.ann\n{CONFIGURATION}"
    source = "https://brat.nlplab.org/standoff.html"

    def recognises(self, tree: Tree) -> bool:
        return kind_of(tree) == self.name

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[TextSample]:
        paths = tree.paths()
        texts = files_with(tree, (".txt",))
        if not any(path.endswith(ANNOTATION) or name_of(path) == CONFIGURATION for path in paths):
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        listed = [path for path in paths if name_of(path) == CONFIGURATION]
        shown = [path for path in paths if name_of(path) == VISUAL]
        names = Names.read("\n".join(decode_text(tree, path) for path in shown))
        classes = [name for path in listed for name in configuration(decode_text(tree, path))]
        labels = dict.fromkeys(names.name(one) for one in classes)
        return Reading(
            task=self.wanted(task, "entities"),
            labels=tuple(Label(name) for name in labels),
            samples=_samples(tree, texts, names, problems),
            known=False,
        )

    def write(self, writing: Writing[TextSample], sink: Sink) -> None:
        relations: set[str] = set()
        attributes: set[str] = set()
        met = {span.label for sample in writing.samples for span in sample.spans}
        for sample in writing.samples:
            relations.update(relation.label for relation in sample.relations)
            attributes.update(
                found[2] for found in map(_ATTRIBUTE.fullmatch, sample.attributes) if found
            )
        entities = list(dict.fromkeys((*(label.name for label in writing.labels), *sorted(met))))
        names = Names.of((*entities, *sorted(relations)))
        for sample in writing.samples:
            path = with_part(sample.split, file_name(sample.sample_id))
            sink.write(f"{path}.txt", sample.text.encode())
            if sample.annotated:
                sink.write(f"{path}{ANNOTATION}", "".join(_lines(sample, names)).encode())
        sections = {
            "entities": [names.identifier(name) for name in entities],
            "relations": [
                f"{names.identifier(name)}\tArg1:<ENTITY>, Arg2:<ENTITY>"
                for name in sorted(relations)
            ],
            "events": [],
            "attributes": [f"{name}\tArg:<ENTITY>" for name in sorted(attributes)],
        }
        sink.write(CONFIGURATION, _sections(sections))
        if names.shown():
            sink.write(VISUAL, _sections({"labels": names.shown()}))


def _sections(sections: Mapping[str, Sequence[str]]) -> bytes:
    return "\n".join(
        "".join(f"{line}\n" for line in (f"[{name}]", *lines)) for name, lines in sections.items()
    ).encode()


def _samples(
    tree: Tree, texts: Sequence[str], names: Names, problems: Problems
) -> Iterator[TextSample]:
    annotations = {path for path in tree.paths() if path.endswith(ANNOTATION)}
    configured = [path for path in tree.paths() if name_of(path) == CONFIGURATION]
    root = common_root([*texts, *configured])
    ids = Ids()
    for path in texts:
        document = f"{path.removesuffix('.txt')}{ANNOTATION}"
        part, below = part_below(path.removeprefix(root))
        try:
            text = _text(tree, path)
            found = parse(decode_text(tree, document), text) if document in annotations else None
            sample_id = ids.new(id_of(below.removesuffix(".txt")), part or "")
        except Fault as fault:
            problems.add(document if document in annotations else path, fault)
        except InvalidInput as error:
            problems.add_error((error.where or path).partition(":")[0], error)
        else:
            yield _sample(sample_id, text, found, names, part)
    for path in sorted(annotations - {f"{one.removesuffix('.txt')}{ANNOTATION}" for one in texts}):
        missing = f"{path.removesuffix(ANNOTATION)}.txt"
        problems.add(path, Fault("no_pair_file", file=missing))


def _sample(
    sample_id: str, text: str, found: Document | None, names: Names, part: Part | None
) -> TextSample:
    if found is None:
        return TextSample(sample_id, text, split=part, annotated=False)
    return TextSample(
        sample_id=sample_id,
        text=text,
        spans=tuple(span._replace(label=names.name(span.label)) for span in found.spans),
        relations=tuple(one._replace(label=names.name(one.label)) for one in found.relations),
        split=part,
        attributes=found.attributes,
    )


def _text(tree: Tree, path: str) -> str:
    text = decode_text(tree, path)
    if not text.strip():
        raise Fault("no_text")
    return text


def _lines(sample: TextSample, names: Names) -> Iterator[str]:
    for number, span in enumerate(sample.spans, 1):
        words = re.sub(r"[\r\n\t]", " ", sample.text[span.start : span.end])
        yield f"T{number}\t{names.identifier(span.label)} {span.start} {span.end}\t{words}\n"
    for number, one in enumerate(sample.relations, 1):
        ends = f"Arg1:T{one.head + 1} Arg2:T{one.tail + 1}"
        yield f"R{number}\t{names.identifier(one.label)} {ends}\n"
    yield from _attribute_lines(sample.attributes.items(), len(sample.spans))


def _attribute_lines(attributes: Iterable[tuple[str, Scalar]], spans: int) -> Iterator[str]:
    number = 0
    for name, value in attributes:
        found = _ATTRIBUTE.fullmatch(name)
        if found is None or int(found[1]) > spans or value is False:
            continue
        number += 1
        shown = "" if value is True else " " + re.sub(r"\s", "_", str(value))
        yield f"A{number}\t{found[2]} T{found[1]}{shown}\n"
