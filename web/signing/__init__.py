"""Signing in to the board, and out of it."""
