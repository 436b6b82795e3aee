"""Brings the ledger's tables to this version: ``python -m aileron.stack.migrate``.

A process of its own, so that the daemon stays small.
"""

from __future__ import annotations

from aileron.core.settings import Settings
from aileron.ledger import Ledger


def main() -> None:
    ledger = Ledger(Settings.load().require("ledger_url"))
    ledger.migrate()
    ledger.close()


if __name__ == "__main__":
    main()
