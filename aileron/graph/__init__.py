"""Pipeline graphs, run plans and cache keys: values and pure functions, no input or output."""
