"""Bringing models into service: revisions under a supervisor, releases, roll-backs, approvals.

The ledger says what is wanted and who is champion; the supervisor makes processes follow,
the reconciler makes routes and aliases follow.
"""
