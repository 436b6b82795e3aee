"""A user's own distribution: a step, and the helper module that it calls."""
