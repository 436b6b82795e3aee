"""What serving code of a custom job must define: one of three forms, told by its text.

- ``model_fn(model_dir)``, ``input_fn(request)``, ``output_fn(result)``, and maybe
  ``predict_fn(input, model)`` (BML-JOB-15);
- ``class PyModel`` or ``class PredictWrapper`` with ``predict(self, request)`` (BML-NBP-06);
- ``class PredictWrapper`` with ``preprocess(self, request, **args)`` and
  ``postprocess(self, results, context, **args)`` around a model that the service runs itself
  (BML-NBP-03): ONNX.

The text is parsed and never run here: it is looked at when the job ends, on the platform.
"""

from __future__ import annotations

import ast
from typing import Final, Literal

Form = Literal["functions", "predict", "around"]
FUNCTIONS: Final = ("model_fn", "input_fn", "output_fn")
WRAPPERS: Final = ("PredictWrapper", "PyModel")
AROUND: Final = ("preprocess", "postprocess")


class NotServing(Exception):
    """The code serves nothing; the text says what it lacks."""


def form_of(source: str, framework: str) -> tuple[Form, str]:
    """The form of serving code, and the name of its class, or `model_fn`.

    Raises:
        NotServing: it is no Python, or has none of the forms.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError) as error:
        raise NotServing(f"it is no Python: {error}") from None
    classes = {node.name: node for node in body if isinstance(node, ast.ClassDef)}
    for name in WRAPPERS:
        if name in classes:
            return _of_class(classes[name], framework), name
    lacking = [name for name in FUNCTIONS if name not in _defined(body)]
    if not lacking:
        return "functions", FUNCTIONS[0]
    if len(lacking) < len(FUNCTIONS):
        raise NotServing(f"it lacks the function {', '.join(lacking)}")
    raise NotServing(
        f"it has neither the class {' or '.join(WRAPPERS)}, nor {', '.join(FUNCTIONS)}"
    )


def _of_class(found: ast.ClassDef, framework: str) -> Form:
    methods = _defined(found.body)
    inherits = bool(found.bases)
    if "predict" in methods or (inherits and not methods & set(AROUND)):
        return "predict"
    lacking = [name for name in AROUND if name not in methods]
    if lacking == list(AROUND):
        raise NotServing(f"the class {found.name} lacks the method predict")
    if lacking:
        raise NotServing(f"the class {found.name} lacks the method {lacking[0]}")
    if framework != "onnx":
        raise NotServing(
            f"the class {found.name} lacks the method predict: preprocess and postprocess alone "
            "are for a model that the service runs itself, of framework onnx"
        )
    return "around"


def _defined(body: list[ast.stmt]) -> set[str]:
    """Names that a body gives to functions, by definition, import or assignment."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign):
            found.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return found
