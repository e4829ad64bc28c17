"""Buying over HTTP."""
