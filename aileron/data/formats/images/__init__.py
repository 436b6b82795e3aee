"""Formats of pictures and what is drawn on them."""
