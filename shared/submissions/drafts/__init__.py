"""Drafts: submissions as they are stated, alone or in a file, and the rules of their form."""
