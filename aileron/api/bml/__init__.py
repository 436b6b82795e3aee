"""The dataset calls of Baidu's BML under their own names, for programs that speak them.

Thin over the same verbs as the rest of the API, behind the same guard and the same tokens.
What is here, and what is not, stands in ``docs/reference/bml_datasets.md``.
"""
