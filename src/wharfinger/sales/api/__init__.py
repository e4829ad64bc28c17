"""Opportunities, quotes and sales orders over HTTP."""
