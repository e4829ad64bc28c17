"""Reads of fulfilment: under the locks, and as people see them."""
