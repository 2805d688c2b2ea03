"""Proofs over HTTP: checkpoints, and what can be checked against them without us."""
