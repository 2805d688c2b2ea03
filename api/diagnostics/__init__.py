"""Diagnostics over HTTP."""
