"""Reads about buying: as plans need them under the locks, and as people see them."""
