"""Backups: the whole database as a file, and back, checked by the verifier."""
