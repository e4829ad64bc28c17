"""Lines, and what every document with lines shares, over HTTP."""
