"""The stable address of services: one reverse proxy in front of every revision.

It routes by the ledger, never by what a client says, and goes on with the routes it knows
while the ledger is away. It starts and stops nothing; that is `aileron.deploy`.
"""
