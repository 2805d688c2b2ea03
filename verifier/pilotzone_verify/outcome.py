"""What a check can come to, other than that all holds."""


class Disproved(Exception):
    """Something is not as it is claimed to be; the message says what and where."""


class Unusable(Exception):
    """The input cannot be checked: damaged, of another format, too large, or signed by nobody."""
