"""The verbs of fulfilment."""
