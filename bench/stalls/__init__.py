"""(g) How long one request holds up all others: seen by a client that asks for nothing."""
