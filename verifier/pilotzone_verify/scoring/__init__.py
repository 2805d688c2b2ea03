"""The rules of scoring once more, in plain Python: a second opinion on every score of a run."""
