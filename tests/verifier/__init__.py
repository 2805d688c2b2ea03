"""The verifier: what it proves, what it disproves, and what it cannot use."""
