"""Conflicts of interest: experts' ties to applicants, declared and lifted."""
