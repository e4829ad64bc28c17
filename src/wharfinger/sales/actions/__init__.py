"""The verbs of selling."""
