"""Adjudications over HTTP."""
