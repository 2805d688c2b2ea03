"""The states of a round."""

from shared.core.errors import RoundNotOpen, TransitionNotAllowed

TRANSITIONS = {"draft": {"open"}, "open": {"closed"}, "closed": {"open"}}
"""From each state, the states that may follow; a closed round can be opened again."""


def require_transition(state: str, to: str) -> None:
    """Let a round go from *state* to *to*, or stay where it is. Raises: TransitionNotAllowed."""
    if to != state and to not in TRANSITIONS[state]:
        raise TransitionNotAllowed(f"the round is {state} and cannot become {to}", state=state)


NOT_OPEN = {
    "draft": "is not open yet",
    "closed": "is closed",
    "open": "was not open a moment ago",  # and is by now
}


def not_open(code: str, state: str) -> RoundNotOpen:
    """Return the refusal to change a round that is in *state*: it is too early, or too late."""
    return RoundNotOpen(f"round {code} {NOT_OPEN[state]}", state=state)
