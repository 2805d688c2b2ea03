"""Frameworks over HTTP."""
