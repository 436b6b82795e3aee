"""Training algorithms: components that turn a dataset and its split into a model.

Public for sibling stages: the module `tables` (the rows of a split, encoded as a model
wants them). Modules that load numpy or a learning library are imported inside `run` only.
"""
