"""``python -m aileron_service --package DIR``: serve the model of a package.

Only what the package pins is imported. Exit status 0 after a drain, 2 if the package
cannot be served; then standard error says why, in one line.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .app import build_app
from .contracts import open_service
from .imports import write_report
from .model import ModelBroken
from .server import Options, bind, serve

CANNOT_SERVE: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; the exit status."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    options = Options(
        given.host, given.port, given.announce, given.drain_seconds, given.stop_seconds
    )
    source = given.package.resolve() / "src"
    try:
        service = open_service(source)
        service.load()
        listener = bind(options)
    except ModelBroken as error:
        return _refuse(f"The model cannot be served: {error}")
    except OSError as error:
        return _refuse(f"{source} cannot be served at {given.host}:{given.port}: {error}")
    host, port = listener.getsockname()[:2]
    logging.info("serving %s at http://%s:%d", service.name, host, port)
    serve(build_app(service), service, listener, options)
    logging.info("stopped %s", service.name)
    if given.report_imports is not None:
        write_report(given.report_imports, source)
    return 0


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return CANNOT_SERVE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aileron_service", description="Serve a packaged model.")
    parser.add_argument("--package", type=Path, required=True, help="directory of the package")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one is chosen")
    parser.add_argument("--announce", type=Path, help="file that gets host, port and pid as JSON")
    parser.add_argument("--drain-seconds", type=float, default=1.0)
    parser.add_argument("--stop-seconds", type=float, default=30.0)
    parser.add_argument("--report-imports", type=Path, help="file that gets what was imported")
    return parser
