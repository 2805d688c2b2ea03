"""Seals: a log of a round's runs and audit events that cannot be altered unseen, and proofs."""
