"""Picking, packing, shipping and delivery."""
