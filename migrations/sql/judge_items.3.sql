-- What would become of each item if it were appended now; nothing is stored. `append_items` asks it
-- under the round's lock, a dry run without.
--
-- Comparisons are of single columns, which PostgreSQL writes down as they were read.
--
-- A connection keeps the plan that it made while tables were empty, to which all ways are alike: a
-- join would go on reading all entries of the round for one item. So each look-up is a query of its
-- own for one row, which can be asked in one way only: item by item, of the index by what it asks.
-- For one item it takes longer to set up the plan than to follow it: levels are few, and narrow.
--
-- No two items have one natural key. The codes of an item are joined by chr(31), which stands in no
-- code. `expected` is the revision that must stand, 0 for none; `moment` when the source said it;
-- `doubt` why its number is implausible by itself, `factor` how many times the number before it may
-- be, or be part of; `confirmer` who says that it holds all the same. NULL: nothing of the kind.
--
-- place         counts from 1
-- result        created, revised, unchanged, unknown-applicant, not-open, conflict-of-interest or
--               stale-revision
-- standing_id   of what the reporter said last of that date, with its number or codes (both NULL: it
--               was withdrawn) and its revision, 0 where there is none
-- set_aside     why it will not count: superseded, or what speaks against its number; NULL: it will
-- aside_id      of the row that was set aside with the same content and still is: none is added
-- confirmed_by  the confirmer of a number that would be set aside otherwise
-- entered       whether the applicant takes part in the round
-- before        the number that the reporter said last, of the latest date not after the item's
CREATE OR REPLACE FUNCTION judge_items(round_id bigint, items submission_item[]) RETURNS TABLE (
    place bigint, applicant text, measure text, reporter bigint, kind text, as_of date, status text,
    number float8, codes text[], reference text, comment text, request_id text, moment timestamptz,
    observation text, reason text,
    result text, standing_id bigint, standing_number float8, standing_codes text[],
    revision integer, set_aside text, aside_id bigint, confirmed_by bigint, entered boolean,
    before float8
)
LANGUAGE sql STABLE ROWS 10000
BEGIN ATOMIC
    WITH item AS MATERIALIZED (
        SELECT * FROM unnest(judge_items.items) WITH ORDINALITY
            AS item (applicant, measure, reporter, kind, as_of, status, number, joined, reference,
                comment, request_id, expects, moment, observation, doubt, factor, confirmer, reason,
                place)
    ), near AS MATERIALIZED (
        -- The date of what was said last of the second item. That of the others is mostly no earlier,
        -- and to look no further back at first spares reading all that was ever said of each: of a page
        -- of an index all is read that is asked for, whatever the limit. For one item it is not worth it.
        SELECT coalesce(min(coalesce((
            SELECT submission.as_of FROM submission
            WHERE submission.round = judge_items.round_id
                AND submission.applicant = item.applicant AND submission.measure = item.measure
                AND submission.reporter = item.reporter AND submission.as_of <= item.as_of
            ORDER BY submission.as_of DESC, submission.revision DESC LIMIT 1
        ), 'infinity')), '-infinity') AS as_of
        FROM (SELECT * FROM item LIMIT 1 OFFSET 1) AS item
    ), known AS (
        -- One look finds both what stands of the date and what is to be compared with. OFFSET 0 keeps
        -- what is found out once from being found out for each use of it.
        SELECT item.place, item.applicant, item.measure, item.reporter, item.kind, item.as_of,
            item.status, item.number, string_to_array(item.joined, chr(31)) COLLATE "C" AS codes,
            item.reference, item.comment, item.request_id, item.moment, item.observation,
            item.confirmer, item.reason,
            (
                SELECT entry.state FROM entry
                WHERE entry.round = judge_items.round_id AND entry.applicant = item.applicant
            ) AS entry_state,
            said.follows, said.id AS said_id, said.revision AS said_revision, said.number AS before,
            said.codes AS said_codes,
            coalesce(said.follows AND item.status IS NOT DISTINCT FROM said.status
                AND item.number IS NOT DISTINCT FROM said.number
                AND string_to_array(item.joined, chr(31)) COLLATE "C" IS NOT DISTINCT FROM said.codes
                AND (
                    item.observation IS NULL OR item.observation IS NOT DISTINCT FROM said.obs_status
                ), false) AS same,
            coalesce(item.expects <> CASE WHEN said.follows THEN said.revision ELSE 0 END, false)
                AS stale,
            coalesce(said.follows AND item.moment < said.reported_at, false) AS late,
            CASE
                WHEN item.number IS NULL THEN NULL
                WHEN item.doubt IS NOT NULL THEN item.doubt
                -- As decimals: a product of doubles may leave their range.
                WHEN item.factor IS NOT NULL AND said.number > 0 AND (
                    item.number::numeric > said.number::numeric * item.factor::numeric
                    OR said.number::numeric > item.number::numeric * item.factor::numeric
                ) THEN 'implausible-change'
            END AS against,
            item.kind = 'expert' AND (
                SELECT conflict.state FROM conflict
                WHERE conflict.round = judge_items.round_id AND conflict.reporter = item.reporter
                    AND conflict.applicant = item.applicant
            ) IS NOT DISTINCT FROM 'declared' AS tied
        FROM item
        LEFT JOIN LATERAL (
            -- The second is followed where the first finds nothing.
            (
                SELECT id, as_of = item.as_of AS follows, revision, status, number, codes, reported_at,
                    obs_status
                FROM submission
                WHERE submission.round = judge_items.round_id
                    AND submission.applicant = item.applicant AND submission.measure = item.measure
                    AND submission.reporter = item.reporter AND submission.as_of <= item.as_of
                    AND submission.as_of >= least(item.as_of, (SELECT as_of FROM near))
                ORDER BY submission.as_of DESC, submission.revision DESC LIMIT 1
            )
            UNION ALL
            (
                SELECT id, false, revision, status, number, codes, reported_at, obs_status
                FROM submission
                WHERE submission.round = judge_items.round_id
                    AND submission.applicant = item.applicant AND submission.measure = item.measure
                    AND submission.reporter = item.reporter
                    AND submission.as_of < least(item.as_of, (SELECT as_of FROM near))
                ORDER BY submission.as_of DESC, submission.revision DESC LIMIT 1
            )
            LIMIT 1
        ) AS said ON true
        OFFSET 0
    ), ruled AS (
        SELECT known.*, aside.id AS aside_id,
            CASE WHEN late THEN 'superseded' WHEN confirmer IS NULL OR aside.id IS NULL THEN against END
                AS set_aside,
            CASE
                -- Who was ever entered, or reported on, is registered.
                WHEN entry_state IS NULL AND said_id IS NULL
                    AND (SELECT true FROM applicant WHERE code = known.applicant) IS NULL
                    THEN 'unknown-applicant'
                WHEN (
                    SELECT round.state FROM round WHERE round.id = judge_items.round_id
                ) IS DISTINCT FROM 'open' THEN 'not-open'
                WHEN tied THEN 'conflict-of-interest'
                WHEN same THEN 'unchanged'
                WHEN stale THEN 'stale-revision'
                WHEN late OR against IS NOT NULL AND confirmer IS NULL AND aside.id IS NOT NULL
                    THEN 'unchanged'
                WHEN follows THEN 'revised'
                ELSE 'created'
            END AS result
        FROM known
        LEFT JOIN LATERAL (
            -- What was set aside as implausible awaits its confirmation until something else is said
            -- of the date; what came too late is the same again if it was said at the same moment.
            SELECT last.id FROM (
                SELECT id, status, number, codes FROM submission_aside AS other
                WHERE (known.late OR known.against IS NOT NULL) AND NOT known.same
                    AND other.round = judge_items.round_id
                    AND other.applicant = known.applicant AND other.measure = known.measure
                    AND other.reporter = known.reporter AND other.as_of = known.as_of
                    AND CASE WHEN known.late
                        THEN other.set_aside = 'superseded' AND other.reported_at = known.moment
                            AND other.status IS NOT DISTINCT FROM known.status
                            AND other.number IS NOT DISTINCT FROM known.number
                            AND other.codes IS NOT DISTINCT FROM known.codes
                        ELSE other.set_aside <> 'superseded'
                            AND other.id > CASE WHEN known.follows THEN known.said_id ELSE 0 END
                    END
                ORDER BY other.id DESC LIMIT 1
            ) AS last
            WHERE last.status IS NOT DISTINCT FROM known.status
                AND last.number IS NOT DISTINCT FROM known.number
                AND last.codes IS NOT DISTINCT FROM known.codes
        ) AS aside ON true
        OFFSET 0
    ), taken AS (
        SELECT ruled.*, result IN ('created', 'revised', 'unchanged') AND NOT same AS says_new
        FROM ruled
    )
    SELECT taken.place, taken.applicant, taken.measure, taken.reporter, taken.kind, taken.as_of,
        taken.status, taken.number, taken.codes, taken.reference, taken.comment, taken.request_id,
        taken.moment, taken.observation, taken.reason, taken.result,
        CASE WHEN follows THEN said_id END,
        CASE WHEN follows THEN before END,
        CASE WHEN follows THEN said_codes END,
        CASE WHEN follows THEN said_revision ELSE 0 END,
        CASE WHEN says_new THEN set_aside END,
        CASE WHEN says_new THEN aside_id END,
        CASE WHEN says_new AND against IS NOT NULL AND set_aside IS NULL THEN confirmer END,
        coalesce(entry_state = 'accepted', false),
        before
    FROM taken;
END;
