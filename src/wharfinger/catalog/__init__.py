"""Products, units, vendors' prices: what can be held and sold."""
