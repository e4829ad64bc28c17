"""Worklists and Today: one page configured by a table."""
