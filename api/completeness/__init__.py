"""Completeness over HTTP."""
