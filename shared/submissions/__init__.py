"""Submissions: what reporters say of a measure, never changed, only followed by another."""
