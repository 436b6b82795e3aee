"""The ledger as one object: its repositories, its migration, its news."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cached_property

from sqlalchemy import text

from aileron.ledger.algorithms import Algorithms
from aileron.ledger.cache import Cache
from aileron.ledger.catalogue import Catalogue
from aileron.ledger.champions import Champions
from aileron.ledger.changes import Change, changes, changes_async
from aileron.ledger.database import Database
from aileron.ledger.datasets import Datasets
from aileron.ledger.deletion import Deletion
from aileron.ledger.drafts import Drafts
from aileron.ledger.effects import Effects
from aileron.ledger.events import Author, Events
from aileron.ledger.images import Images
from aileron.ledger.installation import installation_name
from aileron.ledger.jobs import Jobs
from aileron.ledger.keeping import Keeping
from aileron.ledger.labelling import Labelling
from aileron.ledger.labelling_suggestions import LabelSuggestions
from aileron.ledger.leases import Leases
from aileron.ledger.lineage import Lineage
from aileron.ledger.models import Models
from aileron.ledger.nodes import Nodes
from aileron.ledger.revisions import Revisions
from aileron.ledger.routes import Routes
from aileron.ledger.runs import Runs
from aileron.ledger.services import Services
from aileron.ledger.tokens import Tokens


class Ledger:
    """Aileron's database. Making one opens no connection; threads may share one.

    Args:
        url: ``postgresql://user:password@host:port/database``, or an open `Database`.
        actor: in whose name events are written.
        correlation: what the changes are part of, a run id for instance.

    Raises:
        InvalidInput: `url` does not name a PostgreSQL database.
    """

    def __init__(
        self, url: str | Database, actor: str = "system", correlation: str | None = None
    ) -> None:
        self._database = database = Database(url) if isinstance(url, str) else url
        author = Author(actor, correlation)
        self.author = author
        self.events = Events(database, author)
        self.runs = Runs(database, author)
        self.nodes = Nodes(database, author)
        self.cache = Cache(database, author)
        self.leases = Leases(database, author)
        self.effects = Effects(database, author)
        self.datasets = Datasets(database, author)
        self.catalogue = Catalogue(database, author)
        self.algorithms = Algorithms(database, author)
        self.deletion = Deletion(database, author)
        self.drafts = Drafts(database, author)
        self.images = Images(database, author)
        self.jobs = Jobs(database, author)
        self.lineage = Lineage(database, author)
        self.keeping = Keeping(database, author)
        self.labelling = Labelling(database, author)
        self.label_suggestions = LabelSuggestions(database, author)
        self.models = Models(database, author)
        self.champions = Champions(database, author)
        self.services = Services(database, author)
        self.revisions = Revisions(database, author)
        self.routes = Routes(database, author)
        self.tokens = Tokens(database, author)

    def acting(self, actor: str, correlation: str | None = None) -> Ledger:
        """The same ledger over the same connections, writing events in the name of `actor`."""
        return Ledger(self._database, actor, correlation)

    @cached_property
    def installation(self) -> str:
        """A name for what this installation makes elsewhere, so that it knows its own there."""
        return installation_name(self._database)

    def migrate(self) -> None:
        """Bring the tables up to date. Safe to repeat, and for several processes at once.

        Raises:
            Unavailable: the server cannot be reached.
        """
        from aileron.ledger.migrate import migrate

        with self._database.translated():
            migrate(self._database.engine)

    def ping(self) -> None:
        """Raise `Unavailable` unless the server answers and the tables are there."""
        with self._database.transaction() as connection:
            connection.execute(text("SELECT 1 FROM ledger_version"))

    def changes(self, timeout: float = 30.0) -> Iterator[Change | None]:
        """Changes of services, revisions, routes and champions as they are committed.

        Yields None as soon as it listens and after each quiet `timeout` seconds: the time to
        read everything, since notices may have been missed before.

        Raises:
            Unavailable: the connection cannot be made, or broke. Call again.
        """
        return changes(self._database, timeout)

    def changes_async(self, timeout: float = 30.0) -> AsyncIterator[Change | None]:
        """`changes` for an event loop."""
        return changes_async(self._database, timeout)

    def close(self) -> None:
        """Close the connections. Views made by `acting` share them."""
        self._database.engine.dispose()
