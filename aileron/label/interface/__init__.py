"""What Label Studio is given of a label spec, and what its results mean.

Nothing here talks to a server: a configuration, tasks and results are values.
"""
