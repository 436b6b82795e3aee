"""Brings the ledger's tables to this version: ``python -m aileron.stack.migrate``.

A process of its own, so that the daemon stays small. It also says whose the artifact store is.
"""

from __future__ import annotations

import sys

from aileron.core.errors import Refused, Unavailable
from aileron.core.settings import Settings
from aileron.ledger import Ledger
from aileron.store import open_store
from aileron.store.owner import claim_if_empty


def main() -> None:
    settings = Settings.load()
    ledger = Ledger(settings.require("ledger_url"))
    ledger.migrate()
    try:
        claim_if_empty(open_store(settings.store_root), ledger.installation)
    except Unavailable as error:  # a later start asks again, and the rest need not wait for it
        print(error, file=sys.stderr)
    except Refused as error:
        sys.exit(str(error))
    finally:
        ledger.close()


if __name__ == "__main__":
    main()
