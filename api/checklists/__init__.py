"""Checklists over HTTP."""
