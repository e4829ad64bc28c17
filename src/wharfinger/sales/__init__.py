"""Opportunities, quotes and sales orders."""
