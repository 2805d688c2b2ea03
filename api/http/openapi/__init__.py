"""The contract as published: what FastAPI infers, completed."""
