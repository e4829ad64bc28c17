"""Wharfinger: everything we sell is always somewhere, for someone."""

__version__ = "0.1.0"
