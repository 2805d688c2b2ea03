"""What a command raises when it cannot be carried out."""


class CommandError(Exception):
    """The command cannot be carried out; the message says what to do."""
