"""Formats of recordings."""
