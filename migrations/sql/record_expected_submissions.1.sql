-- As the second version of `record_submissions`, and with `expected`: where an element is given, it is
-- the revision that must stand, 0 for none; else the item is stale and is not appended. The function
-- has a name of its own, since gateways of before go on to call the other.
--
-- The round is held alone until the commit, so that ids of a round appear in their order: a reader
-- who goes on behind the last id misses nothing. Each statement of the function sees what was
-- committed before it began, so the insert judges by a state of the round, and by ties, that stay as
-- they are until the transaction ends. `stands` is what the reporter said last of that date. The
-- arrays have an element for each item; the codes of one item are joined by chr(31), which stands in
-- no code.
CREATE FUNCTION record_expected_submissions(
    round_id bigint, applicants text[], measures text[], reporters bigint[], kinds text[],
    dates date[], statuses text[], numbers float8[], codes_joined text[], refs text[],
    comments text[], request_ids text[], expected integer[]
) RETURNS TABLE (place bigint, result text, submission_id bigint)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(1, (round_id % 2147483648)::integer),
        pg_notify('submission_change', round_id::text);
    RETURN QUERY
    WITH item AS (
        SELECT item.*, string_to_array(joined, chr(31)) COLLATE "C" AS codes
        FROM unnest(applicants, measures, reporters, kinds, dates, statuses, numbers, codes_joined,
                refs, comments, request_ids, expected) WITH ORDINALITY
            AS item (applicant, measure, reporter, kind, as_of, status, number, joined, reference,
                comment, request_id, expects, place)
    ), known AS (
        SELECT item.*, stands.id AS standing, coalesce(stands.revision, 0) AS revision,
            (stands.status, stands.number, stands.codes)
                IS NOT DISTINCT FROM (item.status, item.number, item.codes) AS same,
            item.kind = 'expert' AND EXISTS (
                SELECT FROM conflict
                WHERE conflict.round = round_id AND conflict.reporter = item.reporter
                    AND conflict.applicant = item.applicant AND conflict.state = 'declared'
            ) AS tied,
            coalesce(item.expects <> coalesce(stands.revision, 0), false) AS stale
        FROM item
        JOIN applicant ON applicant.code = item.applicant
        JOIN round ON round.id = round_id AND round.state = 'open'
        LEFT JOIN LATERAL (
            SELECT id, revision, status, number, codes FROM submission
            WHERE submission.round = round_id
                AND submission.applicant = item.applicant AND submission.measure = item.measure
                AND submission.reporter = item.reporter AND submission.as_of = item.as_of
            ORDER BY submission.revision DESC LIMIT 1
        ) AS stands ON true
    ), added AS (
        INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision,
            status, number, codes, reference, comment, request_id)
        SELECT round_id, applicant, measure, reporter, kind, as_of, revision + 1,
            status, number, codes, reference, comment, request_id
        FROM known WHERE NOT same AND NOT tied AND NOT stale ORDER BY applicant, measure, reporter, as_of
        RETURNING id, applicant, measure, reporter, as_of, request_id
    ), logged AS (
        INSERT INTO submission_change (round, applicant, submission, request_id)
        SELECT round_id, applicant, id, request_id FROM added
    )
    SELECT item.place,
        CASE
            WHEN known.tied THEN 'conflict-of-interest'
            WHEN added.id IS NOT NULL AND known.revision > 0 THEN 'revised'
            WHEN added.id IS NOT NULL THEN 'created'
            WHEN known.same THEN 'unchanged'
            WHEN known.stale THEN 'stale-revision'
            WHEN EXISTS (SELECT FROM applicant WHERE code = item.applicant) THEN 'not-open'
            ELSE 'unknown-applicant'
        END,
        CASE WHEN known.same AND NOT known.tied THEN known.standing ELSE added.id END
    FROM item
    LEFT JOIN known USING (place)
    LEFT JOIN added ON (added.applicant, added.measure, added.reporter, added.as_of)
        = (item.applicant, item.measure, item.reporter, item.as_of);
END
$function$;
