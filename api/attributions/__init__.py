"""Attributions over HTTP."""
