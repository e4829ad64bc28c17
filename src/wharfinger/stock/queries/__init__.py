"""Reads about stock: under the locks, as people see it, and what explains a refusal."""
