"""What one gateway process holds between requests."""

from dataclasses import dataclass
from datetime import timedelta

from api.events.wire import written
from api.exports.limiter import Limiter
from api.http.bodies import Bodies
from api.http.kept import Kept, Page, Rendering
from pilotzone_verify.notes import Signer, Verifier
from shared.access.keyring import Keyring
from shared.access.tokens.tokens import Tokens
from shared.attributions.service import Attributions
from shared.audit.request_log import RequestLog
from shared.audit.request_store import ACCEPTED, READ, REFUSED
from shared.core.flights import Flights
from shared.core.principal import Principal
from shared.core.quota import Quota
from shared.database import Database, Session
from shared.diagnostics.service import Diagnoses
from shared.explanations.cohorts import Cohorts
from shared.frameworks.service import Library
from shared.idempotency.service import Answers
from shared.live.service import Live
from shared.previews.service import Previews
from shared.quotas.service import Quotas
from shared.rankings.medians import Medians
from shared.rankings.overviews import Overviews
from shared.rankings.recent import Recent
from shared.rankings.service import Rankings
from shared.rankings.watch import Watch
from shared.rounds import store as rounds
from shared.rounds.store import RoundFacts
from shared.seals.proving import Proofs
from shared.seals.signing import read_signers
from shared.seals.witnessing import read_witnesses
from shared.sensitivity.intervals import Intervals
from shared.sessions.sessions import Sessions
from shared.settings import Settings
from shared.submissions.intake import Intake
from shared.webhooks.targets import Targets

MOST_READ = 200
"""Kinds of reads of one auditor in a minute that are told apart by round, too."""


class Rounds:
    """What never changes of the rounds seen: all but their state."""

    def __init__(self) -> None:
        """Know none yet."""
        self._known: dict[str, RoundFacts] = {}

    def known(self, code: str) -> RoundFacts | None:
        """Return the round if it was seen before."""
        return self._known.get(code)

    async def get(self, session: Session, code: str) -> RoundFacts:
        """Return the round of this code. Raises: NotFound."""
        if code not in self._known:
            self._known[code] = await rounds.facts(session, code)
        return self._known[code]


@dataclass(frozen=True)
class Gateway:
    """The parts of a gateway; `app.state.gateway` is one."""

    database: Database
    keyring: Keyring
    sessions: Sessions
    session_lifetime: timedelta
    local_sessions: bool
    refusals: RequestLog
    reads: RequestLog
    changes: RequestLog
    quotas: Quotas
    intake: Intake
    answers: Answers
    watch: Watch
    live: Live
    admissions: Flights[Principal | None]
    rankings: Rankings
    medians: Medians
    overviews: Overviews
    recent: Recent
    kept: Kept
    cohorts: Cohorts
    diagnoses: Diagnoses
    attributions: Attributions
    intervals: Intervals
    previews: Previews
    renders: Flights[Page]
    rendering: Rendering
    exports: Limiter
    library: Library
    proofs: Proofs
    rounds: Rounds
    bodies: Bodies
    signature_age: timedelta
    targets: Targets
    log_name: str
    signers: list[Signer]
    witnesses: list[Verifier]

    @classmethod
    def over(cls, database: Database, settings: Settings) -> "Gateway":
        """Assemble a gateway over *database*. Raises: SettingUnusable."""
        library = Library()
        keyring = Keyring(database, settings.key_cache, Tokens.of(settings, database))
        return cls(
            database=database,
            keyring=keyring,
            sessions=Sessions(database, settings.key_cache, keyring.uses),
            session_lifetime=settings.session_lifetime,
            local_sessions=settings.local_sessions,
            refusals=RequestLog(database, REFUSED),
            reads=RequestLog(database, READ, MOST_READ),
            changes=RequestLog(database, ACCEPTED, each=True),
            quotas=Quotas(database, Quota(settings.quota_requests, settings.quota_rows)),
            intake=Intake(database),
            answers=Answers(settings.database_pool_timeout),
            watch=Watch(database),
            live=Live(database, written, settings.max_streams, settings.stream_heartbeat),
            admissions=Flights(),
            rankings=Rankings(database),
            medians=Medians(database),
            overviews=Overviews(database, "county"),
            recent=Recent(database),
            kept=Kept(),
            cohorts=Cohorts(database),
            diagnoses=Diagnoses(database),
            attributions=Attributions(database),
            intervals=Intervals(database),
            previews=Previews(database),
            renders=Flights(),
            rendering=Rendering(),
            exports=Limiter(),
            library=library,
            proofs=Proofs(database, library),
            rounds=Rounds(),
            bodies=Bodies(settings.max_body, settings.max_bodies),
            signature_age=settings.signature_age,
            targets=Targets.read(settings.webhook_targets),
            log_name=settings.log_name,
            signers=read_signers(settings.signing_keys),
            witnesses=read_witnesses(settings.witness_keys),
        )

    def heard(self, round_id: int | None) -> None:
        """Wake who waits for a round: something happened, or we may have missed it."""
        self.watch.heard(round_id)
        self.live.heard(round_id)
        self.intervals.heard(round_id)

    def key_heard(self, number: int | None) -> None:
        """Forget who holds the key of this number, by whichever way in; with None every key."""
        self.keyring.heard(number)
        self.sessions.key_heard(number)
