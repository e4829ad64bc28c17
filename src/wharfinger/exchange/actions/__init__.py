"""The verbs of exchange: bring in what files say, and keep how they are read."""
