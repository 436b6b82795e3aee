"""What an image must hold before it may be used, point by point, found out by running it.

A step's pod is started as ``python -m aileron.run.pod``, by the platform's own version, as a user
who is not root; a job's command by bash. A service's image runs `aileron.serve`. What was added
to the image must import. Each point that is not met is a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from aileron import __version__
from aileron.container import sandbox
from aileron.container.layout import Image, Layout
from aileron.container.packages import added_names
from aileron.container.recipe import Use
from aileron.core.errors import sentence

MARK: Final = "aileron-contract "
PYTHONS: Final = (11, 13)
"""Minor versions of Python 3, the least and the highest."""
LAUNCHERS: Final[Mapping[Use, tuple[str, ...]]] = {
    "job": ("aileron.run.pod", "aileron.run.child", "numpy"),
    "service": ("aileron.package.fetch", "aileron.serve.server"),
}
"""Use -> what the platform starts in the image."""
Point = dict[str, Any]
"""As a gate's reasons: rule, passed, message_id, values, sentence."""

PROGRAM: Final = """
import json, os, shutil, sys
from importlib import import_module, metadata

def tried(name):
    try:
        import_module(name)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"[:300]

def modules(name):
    for path in metadata.files(name) or ():
        first, rest = path.parts[0], path.parts[1:]
        top = first[:-3] if not rest and first.endswith(".py") else first
        whole = not rest or rest == ("__init__.py",)
        if whole and path.suffix == ".py" and top.isidentifier() and not top.startswith("_"):
            if top not in ("tests", "test", "docs", "examples", "setup"):
                yield top

said = {"python": list(sys.version_info[:3]), "user": os.getuid(), "bash": shutil.which("bash")}
asked = json.loads(sys.argv[1])
try:
    said["aileron"] = metadata.version("aileron")
except metadata.PackageNotFoundError:
    said["aileron"] = None
said["launchers"] = {name: tried(name) for name in asked["launchers"]}
said["imports"] = {}
for name in asked["added"]:
    try:
        found = {module: tried(module) for module in sorted(set(modules(name)))}
    except metadata.PackageNotFoundError:
        found = {"-": "it is not installed"}
    said["imports"][name] = next((text for text in found.values() if text), None)
print("aileron-contract " + json.dumps(said), flush=True)
os._exit(0)
"""


def check_image(
    layout: Layout, uses: Sequence[Use], work: Path, most_bytes: int, seconds: float
) -> list[Point]:
    """The points of the contract for these uses, each met or not.

    Raises:
        InvalidInput: the image is damaged, or too large.
        Unavailable: this machine cannot run images.
    """
    image = layout.image()
    if _platform(image) != "linux/amd64":
        return [_point("platform", "other_platform", passed=False, found=_platform(image))]
    launchers = [name for use in uses for name in LAUNCHERS[use]]
    asked = {"launchers": launchers, "added": added_names(image)}
    words = ["python", "-P", "-c", PROGRAM, json.dumps(asked)]
    done = sandbox.run_in_image(layout, image, words, work, most_bytes, seconds)
    marked = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if not marked:
        said = (done.stderr.strip() or done.stdout.strip() or "-").splitlines()[-1][:300]
        return [_point("python", "python_does_not_start", passed=False, problem=said)]
    try:
        return list(_points(json.loads(marked[-1].removeprefix(MARK)), uses))
    except (AttributeError, LookupError, TypeError, ValueError):  # another program says it
        return [_point("python", "python_does_not_start", passed=False, problem=MARK + "?")]


def _points(said: Mapping[str, Any], uses: Sequence[Use]) -> Iterator[Point]:
    major, minor, patch = said["python"]
    python = f"{major}.{minor}.{patch}"
    fits = major == 3 and PYTHONS[0] <= minor <= PYTHONS[1]
    yield _point("python", "python_fits" if fits else "other_python", passed=fits, found=python)
    message = "runs_as_user" if said["user"] else "runs_mapped"
    yield _point("user", message, passed=True, user=said["user"])
    if "job" in uses:
        has = said["bash"] is not None
        yield _point("bash", "has_bash" if has else "no_bash", passed=has)
    found = said["aileron"]
    same = found == __version__
    message = "same_aileron" if same else "other_aileron" if found else "no_aileron"
    yield _point("aileron", message, passed=same, found=found or "-", wanted=__version__)
    for name, problem in said["launchers"].items() if found else ():
        message = "starts" if problem is None else "does_not_start"
        yield _point("launcher", message, passed=problem is None, name=name, problem=problem or "")
    for name, problem in said["imports"].items():
        message = "imports" if problem is None else "does_not_import"
        yield _point("imports", message, passed=problem is None, name=name, problem=problem or "")


def _platform(image: Image) -> str:
    return f"{image.settings.get('os', 'linux')}/{image.settings.get('architecture', 'amd64')}"


def _point(rule: str, message: str, *, passed: bool, **values: Any) -> Point:
    message_id = f"container.{message}"
    return {
        "rule": rule,
        "passed": passed,
        "message_id": message_id,
        "values": values,
        "sentence": sentence(message_id, "en", **values),
    }
