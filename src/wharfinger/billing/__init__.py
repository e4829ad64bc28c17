"""Invoices, payments and credit notes."""
