-- Told of each run before it is written: notes how far changes of applicants have come, so that
-- their names of then are found later. Whoever writes the run cannot say another. Changes take turns,
-- so that what a greater version has appears later.
CREATE FUNCTION stamp_names() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
BEGIN
    NEW.names_version := (SELECT coalesce(max(version), 0) FROM applicant);
    RETURN NEW;
END
$function$
