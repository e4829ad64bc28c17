"""Reads of billing: under the locks, and as people see them."""
