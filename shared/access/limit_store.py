"""Which codes a key may be limited to: those that are registered."""

from collections.abc import Sequence

from sqlalchemy import text

from shared.database import Session

UNKNOWN = text("""
    SELECT 'applicants', place - 1, code
    FROM unnest(CAST(:applicants AS text[])) WITH ORDINALITY AS named (code, place)
    WHERE NOT EXISTS (SELECT FROM applicant WHERE applicant.code = named.code)
    UNION ALL
    SELECT 'measures', place - 1, code
    FROM unnest(CAST(:measures AS text[])) WITH ORDINALITY AS named (code, place)
    WHERE NOT EXISTS (SELECT FROM framework WHERE document::jsonb -> 'measures' ? named.code)
    UNION ALL
    SELECT 'rounds', place - 1, code
    FROM unnest(CAST(:rounds AS text[])) WITH ORDINALITY AS named (code, place)
    WHERE NOT EXISTS (SELECT FROM round WHERE round.code = named.code)
    ORDER BY 1, 2
""")


async def unknown(
    session: Session,
    applicants: Sequence[str] | None,
    measures: Sequence[str] | None,
    rounds: Sequence[str] | None,
) -> list[tuple[str, int, str]]:
    """Return those codes that nothing is registered under: their field, place in it, and code.

    A measure is known if any registered framework has it.
    """
    named = {"applicants": applicants, "measures": measures, "rounds": rounds}
    lists = {field: codes and list(codes) for field, codes in named.items()}
    return [tuple(row) for row in await session.execute(UNKNOWN, lists)]
