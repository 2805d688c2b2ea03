"""Movements over HTTP."""
