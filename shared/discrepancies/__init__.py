"""Discrepancies: where kinds of reporters state different values."""
