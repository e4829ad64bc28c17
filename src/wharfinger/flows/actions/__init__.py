"""Verbs that span sibling modules, each one entry."""
