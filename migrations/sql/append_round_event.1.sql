-- Appends an event of a round at the next position of its kind.
--
-- Who appends has the round's events alone until the commit, so that positions have no gap and
-- appear in their order: a reader who goes on behind the last one misses nothing. The position is
-- read by a statement of its own, which sees what was committed while this one waited for the lock.
CREATE FUNCTION append_round_event(round_id bigint, of_kind text, said json) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
DECLARE
    last_position bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(9, (round_id % 2147483648)::integer),
        pg_notify('run', round_id::text);
    SELECT coalesce(max(position), 0) INTO last_position
    FROM round_event WHERE round = round_id AND kind = of_kind;
    INSERT INTO round_event (round, kind, position, detail)
    VALUES (round_id, of_kind, last_position + 1, said);
END
$function$;
