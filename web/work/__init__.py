"""Work: what is left to do in a round for who reads it."""
