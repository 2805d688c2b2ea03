"""The record of one applicant and measure, and what became of each part of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from api.http.access import caller_of
from api.http.context import database_of, framework_of, gateway_of, round_of
from api.rankings.freshness import freshness_of
from shared.applicants import store as applicants
from shared.applicants.store import StoredApplicant
from shared.core.errors import MarksOutstanding, NotFound
from shared.core.principal import Principal
from shared.explanations.sentences import Sentences
from shared.explanations.values import value_in_words
from shared.explanations.verdicts import Verdict
from shared.explanations.words import KINDS
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Measure, Name
from shared.submissions import list_store as submissions
from shared.submissions.list_store import Asked, StoredSubmission
from shared.visibility import reach_of, sees_names, shown_name
from web.explained import Document, Score, explained, score_of
from web.reader import Reader
from web.submissions.table import Said

ON_A_PAGE = 100
ASIDE = {
    "superseded": Name(
        "填报方已有更晚的填报，本条留存不计",
        "kept and not counted: the source said something later",
    ),
    "below-plausible": Name(
        "低于合理范围，待确认", "held until confirmed: smaller than is plausible"
    ),
    "above-plausible": Name(
        "高于合理范围，待确认", "held until confirmed: larger than is plausible"
    ),
    "implausible-change": Name(
        "与前值相差过大，待确认", "held until confirmed: too far from the one before"
    ),
}
"""Why a submission was set aside, by code."""
WAITS = Name("等待下一次计算", "waits for the next run")
LATER = Name("此后才采用", "taken in later than this run")
TAKEN = Name("已采用", "taken in")
CONFIRMED = Name("数值异常，已确认", "implausible, and confirmed")
REMARK = Name("统计备注 {code}", "remark of the statistics: {code}")
REPORTED = Name("来源时间 {moment}", "the source's own moment: {moment}")

REQUEST = Name("请求 {id}", "request {id}")


@dataclass(frozen=True, slots=True)
class Record:
    """What the page shows: the *said* of one page; *following* begins the next, None on the last.

    *score* and *document* explain the value, None where the reader may not see that or there is no
    score; *withheld* says that the reader's key does not reach the measure.
    """

    round: RoundFacts
    fresh: Freshness
    applicant: StoredApplicant
    measure: Measure
    score: Score | None
    document: Document | None
    said: Sequence[StoredSubmission]
    following: int | None
    withheld: bool


async def read(
    request: Request, code: str, applicant: str, measure: str, run: int | None, after: int
) -> Record:
    """Read what the key reaches of the record, from behind *after* on. Raises: NotFound."""
    held, who = gateway_of(request), caller_of(request)
    round_ = await round_of(held, code)
    framework = await framework_of(held, round_)
    if measure not in framework.measures:
        raise NotFound(f"the round's framework has no measure {measure}")
    asked = Asked(reach_of(who), applicant, measure)
    score = await _score(request, code, applicant, run)
    fresh = await freshness_of(held, round_, run) if score is None else score.fresh
    async with database_of(request).session() as session:
        found = await applicants.get(session, applicant, fresh.names.as_of)
        said = await submissions.page(session, round_.id, after, ON_A_PAGE + 1, asked)
    document = None
    if score is not None:
        document = await explained(held, database_of(request, every_measure=True), score)
    shown = said[:ON_A_PAGE]
    return Record(
        round_,
        fresh,
        found,
        framework.measures[measure],
        score,
        document,
        shown,
        shown[-1].id if len(said) > ON_A_PAGE else None,
        who.measures is not None and measure not in who.measures,
    )


async def _score(request: Request, code: str, applicant: str, run: int | None) -> Score | None:
    """Return the score that rests on the record, if there is one and the reader may see it.

    An expert reads its own marks before it may see what they come to.
    """
    try:
        return await score_of(request, code, applicant, run)
    except MarksOutstanding:
        return None
    except NotFound:
        if run is not None:
            raise
        return None


def rows(reader: Reader, who: Principal, record: Record, told: Sentences | None) -> Iterator[Said]:
    """Yield what was said, in the reader's words, as far as *who* may see who said it."""
    verdicts = {}
    if told is not None:
        of = told.measures[record.measure.code]["submissions"]
        verdicts = {each["id"]: each for each in of}
    for each in record.said:
        verdict = verdicts.get(each.id)
        yield Said(
            id=each.id,
            kind=reader.say(KINDS[each.kind]),
            reporter=shown_name(record.round, who, each.reporter, each.reporter_name, each.kind),
            as_of=each.as_of,
            value=value_in_words(reader.language, each.reported.value(record.measure)),
            recorded_at=each.recorded_at,
            run=each.run,
            counts=verdict is not None and verdict["verdict"] == Verdict.COUNTS,
            result=_result(reader, record, each, verdict),
            notes=list(_notes(reader, who, each)),
        )


def _result(
    reader: Reader, record: Record, said: StoredSubmission, verdict: Document | None
) -> str:
    if said.set_aside is not None:
        return reader.say(ASIDE[said.set_aside])
    if said.run is None:
        return reader.say(WAITS)
    if verdict is not None:
        return str(verdict["reason"][reader.language])
    return reader.say(LATER if said.run > record.fresh.run else TAKEN)


def _notes(reader: Reader, who: Principal, said: StoredSubmission) -> Iterator[str]:
    yield from (each for each in (said.reference, said.comment) if each)
    if said.confirmed_by is not None:
        yield reader.say(CONFIRMED)
    if said.obs_status is not None:
        yield reader.say(REMARK).format(code=said.obs_status)
    if said.reported_at is not None:
        yield reader.say(REPORTED).format(moment=reader.moment(said.reported_at))
    if sees_names(who) or who.reporter == said.reporter:
        yield reader.say(REQUEST).format(id=said.request_id)
