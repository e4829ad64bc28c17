"""Reads of devices: under the locks, and as people see them."""
