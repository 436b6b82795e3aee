"""The words all else is written in: steps, ports, names, errors, settings.

Imports nothing of Aileron.
"""
