-- Appends what `judge_items` lets count, sets aside what it does not, and says what became of each
-- item. The `reason` says why somebody else confirms a number in the reporter's name.
--
-- The round is held alone until the commit, so that ids of a round appear in their order: a reader
-- who goes on behind the last id misses nothing. Each statement of the function sees what was
-- committed before it began, so it judges by a state of the round, and by ties, that stay as they are
-- until the transaction ends.
--
-- No plan depends on how much was stored when it was made, so that each is made once.
CREATE OR REPLACE FUNCTION append_items(round_id bigint, items submission_item[]) RETURNS TABLE (
    place bigint, result text, submission_id bigint, set_aside text, entered boolean, before float8
)
LANGUAGE plpgsql ROWS 10000 SET search_path = public, pg_temp AS $function$
#variable_conflict use_column
DECLARE
    one record;
BEGIN
    PERFORM pg_advisory_xact_lock(1, (round_id % 2147483648)::integer),
        pg_notify('submission_change', round_id::text);
    -- One alone mostly counts or stands already: to set up what sorts out many would take it as long
    -- as to be judged. What is set aside or confirmed goes that way, and is judged there again.
    IF cardinality(items) = 1 THEN
        SELECT * INTO one FROM judge_items(round_id, items);
        IF one.set_aside IS NULL AND one.confirmed_by IS NULL THEN
            IF one.result IN ('created', 'revised') THEN
                INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision,
                    status, number, codes, reference, comment, reported_at, obs_status, request_id)
                VALUES (round_id, one.applicant, one.measure, one.reporter, one.kind, one.as_of,
                    one.revision + 1, one.status, one.number, one.codes, one.reference, one.comment,
                    one.moment, one.observation, one.request_id)
                RETURNING id INTO submission_id;
                INSERT INTO submission_change (round, applicant, submission, request_id)
                VALUES (round_id, one.applicant, submission_id, one.request_id);
            ELSIF one.result = 'unchanged' THEN
                submission_id := one.standing_id;
            END IF;
            place := one.place;
            result := one.result;
            entered := one.entered;
            before := one.before;
            RETURN NEXT;
            RETURN;
        END IF;
    END IF;
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
        RETURNING id, applicant, measure, reporter, as_of, request_id
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
    ), told AS (
        -- Said once for both who ask: an outer join is hashed, while an inner one of which few rows are
        -- expected compares each item with each that was added.
        SELECT item.*, added.id AS added_id, put_aside.id AS put_aside_id
        FROM item
        LEFT JOIN added USING (applicant, measure, reporter, as_of)
        LEFT JOIN put_aside USING (applicant, measure, reporter, as_of)
    ), witnessed AS (
        INSERT INTO audit_event (round, actor, action, subject, detail, request_id)
        SELECT round_id, (SELECT name FROM reporter WHERE reporter.id = told.confirmed_by),
            'submission.confirmed', told.added_id::text,
            json_build_object('applicant', told.applicant, 'measure', told.measure,
                'as_of', told.as_of, 'held', told.aside_id, 'before', told.before,
                'after', told.number, 'reason', told.reason),
            told.request_id
        FROM told WHERE told.confirmed_by IS NOT NULL AND told.added_id IS NOT NULL
    )
    SELECT told.place, told.result,
        CASE
            WHEN told.set_aside = 'superseded' THEN told.standing_id
            WHEN told.set_aside IS NOT NULL THEN coalesce(told.aside_id, told.put_aside_id)
            WHEN told.result = 'unchanged' THEN told.standing_id
            ELSE told.added_id
        END,
        told.set_aside, told.entered, told.before
    FROM told;
END
$function$;
