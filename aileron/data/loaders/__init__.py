"""A dataset version in the libraries that people train with; each is imported when it is asked for.

`load_table` gives the rows of a table, or the samples of another dataset, to pandas, Polars,
PyArrow or DuckDB. `Samples` gives pictures, recordings and texts by number, decoded, and
`torch_samples` gives them to a `torch.utils.data.DataLoader`. A version is the folder that
`aileron dataset checkout` writes.
"""

from aileron.data.loaders.samples import Item, Samples
from aileron.data.loaders.tables import ENGINES, Engine, load_table
from aileron.data.loaders.torch_samples import torch_samples

__all__ = ["ENGINES", "Engine", "Item", "Samples", "load_table", "torch_samples"]
