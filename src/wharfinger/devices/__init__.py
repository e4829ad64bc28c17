"""Goods installed at a customer, with warranty."""
