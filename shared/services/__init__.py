"""The verbs: one business rule each, session first, never committing.

`submissions.record` goes past the session: what it is given is the driver, and it commits where no
transaction is under way.
"""
