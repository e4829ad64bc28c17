"""Billing on pages."""
