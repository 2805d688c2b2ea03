"""Explanations over HTTP."""
