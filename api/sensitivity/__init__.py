"""Sensitivity over HTTP: asking for it."""
