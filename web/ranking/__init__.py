"""The ranking of a round as a page."""
