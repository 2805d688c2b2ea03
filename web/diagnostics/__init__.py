"""Diagnostics: where reporters differ, and how indicators behave."""
