"""Tables: each operation is one SELECT over the rows before it, which DuckDB computes.

What is computed of rows, such as a mean, comes from part train and is written into the report.
"""
