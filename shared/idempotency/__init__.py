"""Idempotency: a request that carries a key takes effect once, and its answer is given again."""
