"""All that people do with packages, by name of the campaign and number of the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aileron.core.errors import Refused
from aileron.label.work import aside, reviewing, settling
from aileron.label.work.actor import spec_of
from aileron.label.work.managing import Managing
from aileron.label.work.observing import observe
from aileron.label.work.reviewing import Outcome
from aileron.label.work.seen import Seen
from aileron.label.work.submitting import submit
from aileron.ledger import Consensus, HeldPackage, Item, Package, Verdict


class Work(Managing):
    """What somebody does in a project: labelling, submitting, reviewing, deciding."""

    def observe(self, package: int, found: Sequence[Seen], *, at: datetime | None = None) -> int:
        """Take over what was drawn in a package; how many annotations are new.

        A package that is not at work stays as it is: what was drawn meanwhile is taken over
        once it is returned.

        Args:
            found: all tasks of the package.
            at: `Labelling.clock` before they were read. Without it an old reading may come
                after a newer one.

        Raises:
            Conflict: ``label.work.looked_meanwhile``: another reading was taken over since
                `at`. Read again.
        """
        with self._ledger.holding_package(self._project, package) as held:
            return observe(held, found, at)

    def submit(self, package: int, *, unchanged: bool = False) -> Package:
        """Hand in a package; `observe` it before.

        Args:
            unchanged: also hand in rejected items that the annotator left as they are.

        Raises:
            Refused: it is somebody else's.
            Conflict: items have no annotation, or it was submitted already.
        """
        with self._ledger.holding_package(self._project, package) as held:
            spec = spec_of(held)
            if self._actor != held.package.annotator and not self._manager:
                by = held.package.annotator or "-"
                raise Refused("label.work.not_yours", package=package, by=by)
            return submit(held, spec, unchanged=unchanged)

    def set_aside(self, package: int, position: int, reason: str) -> Item:
        """Say why an item of one's package cannot be labelled; `observe` the package before.

        It counts as done when the package is submitted, and a reviewer always looks at it.

        Raises:
            Refused: the package is somebody else's.
            InvalidInput: `reason` says nothing.
            Conflict: the package is not at work, or the item is settled.
        """
        with self._ledger.holding_package(self._project, package) as held:
            self._check_own(held)
            return aside.set_aside(held, position, _text(reason), self._actor)

    def take_back(self, package: int, position: int) -> Item:
        """Label an item after all that was set aside; `observe` the package before.

        Raises:
            Refused: the package is somebody else's.
            Conflict: the package is not at work, or the item is not aside.
        """
        with self._ledger.holding_package(self._project, package) as held:
            self._check_own(held)
            return aside.take_back(held, position)

    def _check_own(self, held: HeldPackage) -> None:
        spec_of(held)
        package = held.package
        if self._actor != package.annotator and not self._manager:
            by = package.annotator or "-"
            raise Refused("label.work.not_yours_to_label", package=package.id, by=by)

    def review(
        self,
        package: int,
        position: int,
        *,
        approved: bool,
        comment: str = "",
        revision: int | None = None,
    ) -> Item:
        """Say whether an item of a submitted package is right.

        Args:
            revision: number of the one that was looked at; None: the newest, whatever it is.

        Raises:
            Refused: the actor labelled it, or is no reviewer.
            InvalidInput: a rejection without a comment.
            Conflict: it is not in an audit, another reviewer has said something, or there is a
                newer revision.
        """
        verdict = Verdict.APPROVED if approved else Verdict.REJECTED
        with self._ledger.holding_package(self._project, package) as held:
            self._check_reviewer(held)
            reviewing.check_newest(held, position, revision)
            return reviewing.review(
                held, position, verdict, _text(comment), self._actor, manager=self._manager
            )

    def audit(self, package: int, outcome: Outcome, comment: str = "") -> Package:
        """End the audit of a package.

        Args:
            outcome: passed: all is approved. has_errors: it goes back, but for the items that
                were approved one by one. rejected: all that was submitted goes back.

        Raises:
            Conflict: items have no verdict yet, or the verdicts are against the outcome.
        """
        with self._ledger.holding_package(self._project, package) as held:
            spec = self._check_reviewer(held)
            return reviewing.audit(held, spec, outcome, _text(comment), self._actor)

    def adjudicate(
        self,
        campaign: str,
        sample_id: str,
        *,
        lane: int | None = None,
        annotation: Mapping[str, Any] | None = None,
    ) -> Consensus:
        """Decide what is true of a sample: what a lane says, or something else.

        It changes no label, so it can be done after the campaign has ended, too.

        Raises:
            Refused: the actor labelled it, or is no reviewer.
            Conflict: it is not settled in all lanes yet.
        """
        with self._ledger.holding(self._project, campaign, alone=False) as held:
            spec = self._check_reviewer(held, ended=True)
            return settling.adjudicate(held, spec, sample_id, lane, annotation, self._actor)


def _text(comment: str) -> str | None:
    """What was said; None if it is nothing. PostgreSQL keeps no NUL."""
    return comment.replace("\x00", "").strip() or None
