"""Events of a round that are told to who listens: each has a position, and none is skipped."""
