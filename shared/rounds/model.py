"""The states of a round."""

from shared.core.errors import TransitionNotAllowed

TRANSITIONS = {"draft": {"open"}, "open": {"closed"}, "closed": {"open"}}
"""From each state, the states that may follow; a closed round can be opened again."""


def require_transition(state: str, to: str) -> None:
    """Let a round go from *state* to *to*, or stay where it is. Raises: TransitionNotAllowed."""
    if to != state and to not in TRANSITIONS[state]:
        raise TransitionNotAllowed(f"the round is {state} and cannot become {to}", state=state)
