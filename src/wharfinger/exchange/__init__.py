"""Import, export and replay of real data."""
