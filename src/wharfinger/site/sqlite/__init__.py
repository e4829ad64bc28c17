"""SQLite as Django speaks to it, but with statements turned into the driver's words once only."""
