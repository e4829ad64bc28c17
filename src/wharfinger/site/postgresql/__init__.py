"""PostgreSQL as Django speaks to it, but asking no connection whether it lives that has just answered."""
