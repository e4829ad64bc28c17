"""The pages of returns."""
