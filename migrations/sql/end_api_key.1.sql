-- Told of each key whose end was set: tells every gateway, which then forgets the key, and refuses
-- what would open a key again. Whoever sets it, by whichever way, cannot leave either out.
CREATE FUNCTION end_api_key() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
BEGIN
    IF (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL)
        OR coalesce(NEW.expires_at, 'infinity') > coalesce(OLD.expires_at, 'infinity')
    THEN
        RAISE insufficient_privilege
            USING MESSAGE = 'the end of a key is not put off: make another key';
    END IF;
    PERFORM pg_notify('api_key', NEW.id::text);
    RETURN NULL;
END
$function$
