GRANT SELECT, INSERT (sha256, key, expires_at), UPDATE (ended_at) ON browser_session
    TO pilotzone_gateway;
GRANT USAGE ON SEQUENCE browser_session_id_seq TO pilotzone_gateway;
GRANT SELECT, INSERT (sha256, key, expires_at), UPDATE (used_at) ON entry_link TO pilotzone_gateway;
GRANT SELECT (id, key, expires_at), DELETE ON browser_session TO pilotzone_worker;
GRANT SELECT (sha256, key, expires_at), DELETE ON entry_link TO pilotzone_worker;
