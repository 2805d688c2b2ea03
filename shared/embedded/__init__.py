"""A PostgreSQL of our own, for a try and for one machine."""
