"""Hooks for the tools that Aileron works with; none of them needs Aileron."""
