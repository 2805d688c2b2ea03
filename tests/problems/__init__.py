"""The types of problems."""
