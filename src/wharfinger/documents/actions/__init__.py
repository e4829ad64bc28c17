"""Print documents, and keep what was issued."""
