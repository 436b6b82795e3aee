"""`aileron lifecycle new`: look at data, propose a dataset and a lifecycle, write them.

The proposers are `table` (a file of rows) and `images` (a folder or an archive of pictures).
Each assumption that they make is returned with its reason and with how to change it.
"""

from __future__ import annotations

from pathlib import Path

from aileron.core.errors import InvalidInput
from aileron.core.names import check_name
from aileron.core.settings import Settings
from aileron.lifecycle.new.proposal import Assumption, Created, NewOptions, Proposal
from aileron.lifecycle.new.writing import check_free, documents, write

__all__ = ["Assumption", "Created", "NewOptions", "Proposal", "create"]

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".rar")


def create(settings: Settings, name: str, source: Path, options: NewOptions) -> Created:
    """Write the definition of dataset `name` and lifecycle `name`, made for `source`.

    Raises:
        Conflict: there is a lifecycle, a pipeline or a dataset of that name.
        InvalidInput: the data cannot be used; says where and what to do.
    """
    check_name(name)
    check_free(settings, name)
    proposal = propose(settings, name, source, options)
    texts = documents(settings, name, proposal)
    if not options.dry_run:
        write(texts)
    return Created(texts, proposal.assumptions, options.dry_run)


def propose(settings: Settings, name: str, source: Path, options: NewOptions) -> Proposal:
    """The documents for `source`: pictures in a folder or an archive, else a table."""
    if not source.exists():
        raise InvalidInput("lifecycle.new_no_data", path=str(source))
    if source.is_dir() or source.name.lower().endswith(ARCHIVES):
        from aileron.lifecycle.new.images import propose as propose_images

        return propose_images(settings, name, source, options)
    from aileron.lifecycle.new.table import propose as propose_table

    return propose_table(settings, name, source, options)
