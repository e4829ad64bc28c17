"""Devices, subscriptions, assets, and what work is about, over HTTP."""
