"""Products, tax codes and warranty policies in the browser."""
