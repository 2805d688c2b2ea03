"""Rankings: the cohort in order of total, and how up to date that is."""
