"""Custom jobs: somebody's own code, run on a dataset version or a folder of data.

The code sees the working directory that `workplace` lays out and writes to its standard output;
what it leaves in ``./output`` is kept, and is a model where it fits its framework.
"""
