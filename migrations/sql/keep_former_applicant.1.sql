-- Told of each change of an applicant: keeps what it was until then. Whoever makes the change, by
-- whichever way, cannot leave that out, and needs no right to write it.
CREATE FUNCTION keep_former_applicant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $function$
BEGIN
    INSERT INTO applicant_past (code, until, name_zh, name_en, division)
    VALUES (OLD.code, NEW.version, OLD.name_zh, OLD.name_en, OLD.division)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$function$
