"""Price lists in the browser."""
