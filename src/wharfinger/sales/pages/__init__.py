"""Opportunities, quotes and sales orders on pages."""
