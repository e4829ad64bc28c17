"""Buying in the browser."""
