"""Every way the domain can say no.

    DomainError
    ├─ NotFound      the thing named does not exist
    ├─ Forbidden     the key does not reach this far
    ├─ Conflict      acceptable in general, not in the present state
    ├─ Invalid       never acceptable, whatever the state
    ├─ TokenRefused  nobody knows who asks
    ├─ QuotaExceeded the key asked too often; later the same is acceptable
    └─ Unavailable   not now; later the same is acceptable

A class's docstring is its public title; its message says what happened this time; its facts travel
as data. Only `api.http.problems` knows which HTTP status a family becomes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Param = str | int | float | Sequence[str]
"""A number or name of a sentence, or names of which it lists several."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where: a JSON pointer, a stable code, and words.

    *params* are what the words say besides the code, by name, for who has words of its own.
    """

    pointer: str
    code: str
    message: str
    params: Mapping[str, Param] = field(default_factory=dict, hash=False)

    def document(self) -> dict[str, Any]:
        """Return the finding as problems and receipts show it; `params` only if there are any."""
        said = {"pointer": self.pointer, "code": self.code, "detail": self.message}
        return said | {"params": dict(self.params)} if self.params else said


def told(pointer: str, code: str, detail: str, params: Mapping[str, Param]) -> Finding:
    """Return the finding that says as a sentence what a problem says as its *detail*."""
    return Finding(pointer, code, f"{detail[0].upper()}{detail[1:]}.", params)


class DomainError(Exception):
    """The request breaks a rule of the assessment."""

    def __init__(self, detail: str, findings: tuple[Finding, ...] = (), **facts: str | int) -> None:
        """Say what happened this time, with each finding and fact as data."""
        super().__init__(detail)
        self.findings = findings
        self.facts = facts


class NotFound(DomainError):
    """The thing named does not exist."""


class Forbidden(DomainError):
    """The key does not admit this."""


class Conflict(DomainError):
    """The present state does not admit this."""


class Invalid(DomainError):
    """The document breaks a rule of its form."""


class Unavailable(DomainError):
    """The service cannot answer now; try again, the same request is safe."""


class QuotaExceeded(DomainError):
    """The key has asked for as much as it may for now."""


class FrameworkInvalid(Invalid):
    """The framework document has findings."""


class FrameworkDiffers(Conflict):
    """Another document is registered under this code and version."""


class ApplicantDiffers(Conflict):
    """Another applicant is registered under this code."""


class RoundDiffers(Conflict):
    """Another round is registered under this code."""


class RoundNotOpen(Conflict):
    """The round does not accept submissions."""


class TransitionNotAllowed(Conflict):
    """The round cannot go from its present state to that one."""


class ConflictOfInterest(Conflict):
    """The expert has declared a tie to the applicant."""


class RevisedAfterSight(Conflict):
    """The expert can read others' marks, and its own stays as it was given blind."""


class StaleRevision(Conflict):
    """Another revision stands than the one that the submission was to follow."""


class NotHeld(Conflict):
    """The submission does not await confirmation."""


class MarksOutstanding(Conflict):
    """The expert has yet to mark what the answer would show."""


class RoundNotScored(Conflict):
    """The round has no run yet."""


class TooManyOperations(Conflict):
    """The round has as many unfinished operations as it may."""


class TooManyWebhooks(Conflict):
    """The key has as many webhooks as it may."""


class NameTaken(Conflict):
    """The name belongs to a reporter with another role."""


class LastAdminKey(Conflict):
    """No other key is left that could make keys."""


class KeyEnded(Conflict):
    """The key has ended already."""


class TokenRefused(DomainError):
    """The token does not open anything here."""


class SubmissionRefused(Invalid):
    """The submission does not fit the measure."""


class BatchRejected(Invalid):
    """Some row of the file was refused, and nothing of it was stored."""


class IdempotencyKeyReused(Invalid):
    """Another request was sent with this idempotency key."""


class FileUnreadable(DomainError):
    """The file cannot be read in the format that it is sent as."""

    @classmethod
    def of(
        cls, code: str, detail: str, params: Mapping[str, Param] | None = None, **place: int
    ) -> "FileUnreadable":
        """Say what is wrong with a file, and at which *place* of it, if that is known."""
        return cls(detail, (told("", code, detail, {**place, **(params or {})}),), **place)


class TooManyRows(Invalid):
    """The file has more rows than a batch may have."""


class ReporterNotAdmitted(Forbidden):
    """The key may not report this measure for this applicant."""
