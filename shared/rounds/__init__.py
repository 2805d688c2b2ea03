"""Rounds: one assessment under one framework version, and who takes part in it."""
