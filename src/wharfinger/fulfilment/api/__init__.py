"""Fulfilment over HTTP."""
