"""Formats of texts and what is marked in them."""
