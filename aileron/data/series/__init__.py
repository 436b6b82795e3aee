"""Datasets of time series: how they are checked, kept and read."""
