"""Formats of time series with ranges."""
