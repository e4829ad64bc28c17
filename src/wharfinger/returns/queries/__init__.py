"""Reads of returns: under the locks, and as people see them."""
