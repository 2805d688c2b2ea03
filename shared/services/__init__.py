"""The verbs: one business rule each, session first, never committing."""
