"""The algorithms of a workspace: where their documents and their code lie."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aileron.core.documents import check, read_document, suggestion
from aileron.core.errors import InvalidInput, NotFound
from aileron.train.job.algorithm import AlgorithmSpec

FOLDER: Final = "configs/algorithms"
DOCUMENT: Final = "algorithm.yaml"
CODE: Final = "code"


def algorithm_folder(workspace: Path, name: str) -> Path:
    """Where the algorithm `name` lies, or would lie."""
    return workspace / FOLDER / name


def algorithm_names(workspace: Path) -> list[str]:
    """Names of the algorithms that have a document, sound or not, sorted; none that is hidden."""
    found = (path.parent.name for path in (workspace / FOLDER).glob(f"*/{DOCUMENT}"))
    return sorted(name for name in found if not name.startswith("."))


def load_algorithm(workspace: Path, name: str) -> AlgorithmSpec:
    """The document of algorithm `name`.

    Raises:
        NotFound: there is none.
        InvalidInput: the first thing wrong with it, with file and line.
    """
    if name not in algorithm_names(workspace):
        hint = suggestion(name, algorithm_names(workspace))
        raise NotFound("train.job.no_algorithm", name=name, hint=hint)
    document = read_document(algorithm_folder(workspace, name) / DOCUMENT)
    spec = check(AlgorithmSpec, document)
    if spec.name != name:
        where = document.where(("name",))
        raise InvalidInput("train.job.algorithm_misnamed", where=where, name=spec.name, folder=name)
    return spec
