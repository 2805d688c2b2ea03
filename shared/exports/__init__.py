"""Exports: all that a list has, read page by page, for whoever takes the whole of it."""
