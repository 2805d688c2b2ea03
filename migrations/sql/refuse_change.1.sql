-- Refuses to change or take away rows of a table that is only appended to, whoever asks: rights keep
-- the service from it, this keeps its owner from doing it by a slip of the hand.
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = TG_TABLE_NAME || ' is only appended to';
END
$function$;
