"""The verbs of devices."""
