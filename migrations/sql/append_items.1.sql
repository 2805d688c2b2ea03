-- Appends what `judge_items` lets count, sets aside what it does not, and says what became of each
-- item. The `reason` says why somebody else confirms a number in the reporter's name.
--
-- The round is held alone until the commit, so that ids of a round appear in their order: a reader
-- who goes on behind the last id misses nothing. Each statement of the function sees what was
-- committed before it began, so the insert judges by a state of the round, and by ties, that stay as
-- they are until the transaction ends.
CREATE FUNCTION append_items(round_id bigint, items submission_item[]) RETURNS TABLE (
    place bigint, result text, submission_id bigint, set_aside text, entered boolean, before float8
)
LANGUAGE plpgsql ROWS 10000 SET search_path = public, pg_temp AS $function$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(1, (round_id % 2147483648)::integer),
        pg_notify('submission_change', round_id::text);
    -- Few are looked up one by one, by a plan that is made once; many are worth a plan of their own.
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true)
        WHERE cardinality(items) >= 100;
    RETURN QUERY
    WITH item AS (
        SELECT * FROM judge_items(round_id, items)
    ), added AS (
        INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision,
            status, number, codes, reference, comment, reported_at, obs_status, confirmed_by,
            request_id)
        SELECT round_id, applicant, measure, reporter, kind, as_of, revision + 1, status, number, codes,
            reference, comment, moment, observation, confirmed_by, request_id
        FROM item WHERE result IN ('created', 'revised') AND set_aside IS NULL
        ORDER BY applicant COLLATE "C", measure COLLATE "C", reporter, as_of
        RETURNING id, applicant, measure, reporter, as_of, request_id, confirmed_by
    ), logged AS (
        INSERT INTO submission_change (round, applicant, submission, request_id)
        SELECT round_id, applicant, id, request_id FROM added
    ), put_aside AS (
        INSERT INTO submission_aside (round, applicant, measure, reporter, kind, as_of, revision,
            status, number, codes, reference, comment, reported_at, obs_status, set_aside, request_id)
        SELECT round_id, applicant, measure, reporter, kind, as_of, revision + 1, status, number, codes,
            reference, comment, moment, observation, set_aside, request_id
        FROM item WHERE set_aside IS NOT NULL AND aside_id IS NULL
        ORDER BY applicant COLLATE "C", measure COLLATE "C", reporter, as_of
        RETURNING id, applicant, measure, reporter, as_of
    ), witnessed AS (
        INSERT INTO audit_event (round, actor, action, subject, detail, request_id)
        SELECT round_id, who.name, 'submission.confirmed', added.id::text,
            json_build_object('applicant', item.applicant, 'measure', item.measure,
                'as_of', item.as_of, 'held', item.aside_id, 'before', item.before,
                'after', item.number, 'reason', item.reason),
            item.request_id
        FROM added
        JOIN item USING (applicant, measure, reporter, as_of)
        JOIN reporter AS who ON who.id = added.confirmed_by
        WHERE added.confirmed_by IS NOT NULL
    )
    SELECT item.place, item.result,
        CASE
            WHEN item.set_aside = 'superseded' THEN item.standing_id
            WHEN item.set_aside IS NOT NULL THEN coalesce(item.aside_id, put_aside.id)
            WHEN item.result = 'unchanged' THEN item.standing_id
            ELSE added.id
        END,
        item.set_aside, item.entered, item.before
    FROM item
    LEFT JOIN added USING (applicant, measure, reporter, as_of)
    LEFT JOIN put_aside USING (applicant, measure, reporter, as_of);
END
$function$;
