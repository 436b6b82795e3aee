"""Preparing datasets: pictures changed or multiplied, tables filled, scaled, encoded and joined.

Each component takes a DATASET and makes another one, with a report of what it did. What is drawn
on pictures moves with their pixels; what is computed of a table's rows comes from part train.
"""
