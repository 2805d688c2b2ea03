-- Told of each change of an applicant before it is made: keeps what it was until then, and numbers
-- the change. Whoever makes it, by whichever way, can neither leave that out nor say another number,
-- and needs no right to write what is kept.
--
-- Changes take turns (Lock.APPLICANT_CHANGES), so that the greatest number is the last to appear; it
-- comes from a sequence, which knows of all that were given, as an old snapshot does not.
CREATE FUNCTION keep_former_applicant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $function$
BEGIN
    -- Anybody may have a temporary table, and hang this function there.
    IF TG_RELID <> 'public.applicant'::regclass THEN
        RAISE insufficient_privilege USING MESSAGE = 'only of applicants is kept what they were';
    END IF;
    NEW.version := OLD.version;
    IF (OLD.name_zh, OLD.name_en, OLD.division)
        IS DISTINCT FROM (NEW.name_zh, NEW.name_en, NEW.division)
    THEN
        PERFORM pg_advisory_xact_lock(4, 0);
        NEW.version := nextval('applicant_version');
        INSERT INTO applicant_past (code, until, name_zh, name_en, division)
        VALUES (OLD.code, NEW.version, OLD.name_zh, OLD.name_en, OLD.division);
    END IF;
    RETURN NEW;
END
$function$
