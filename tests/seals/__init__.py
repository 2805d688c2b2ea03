"""Seals: what a round did is in its log, and the log is proved from outside."""
