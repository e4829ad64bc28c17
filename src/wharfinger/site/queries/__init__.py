"""Reads across all modules."""
