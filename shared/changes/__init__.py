"""The change log: what no run has taken in yet, and the rounds that could not be run."""
