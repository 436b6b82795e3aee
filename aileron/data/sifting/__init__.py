"""Finding every row of a table that cannot be used, once it is known that there is one.

An import first takes all rows for good, which is quick. Only if one is not, the file is gone
through again here: line by line for what is no row at all, then column by column for cells
that do not fit.
"""
