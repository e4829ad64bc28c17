"""Fulfilment on pages."""
