"""The verbs of returns."""
