"""Runs: one recomputation of a round each, numbered without a gap."""
