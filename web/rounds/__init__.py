"""Rounds: what is going on."""
