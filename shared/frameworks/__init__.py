"""Frameworks: documents registered once and never changed."""
