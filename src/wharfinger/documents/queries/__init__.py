"""The shape of every document, read from the house's own tables."""
