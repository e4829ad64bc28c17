"""Holdings, moves, entries, lots, places and claims: the only code that writes goods and money."""
