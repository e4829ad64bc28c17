"""Organizations, contacts, sites and users: who we deal with and who may act."""
