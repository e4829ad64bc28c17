"""Organizations and people in the browser."""
