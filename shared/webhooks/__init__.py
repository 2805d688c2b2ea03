"""Webhooks: what happens in rounds, sent to whoever subscribed; signed, in order, at least once."""
