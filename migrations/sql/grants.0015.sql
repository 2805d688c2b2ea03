GRANT INSERT (name, role) ON reporter TO pilotzone_gateway;
GRANT INSERT (reporter, sha256, applicants, measures, rounds, expires_at, signing_key) ON api_key
    TO pilotzone_gateway;
GRANT UPDATE (revoked_at, expires_at, last_used_at) ON api_key TO pilotzone_gateway;
GRANT USAGE ON SEQUENCE reporter_id_seq, api_key_id_seq TO pilotzone_gateway;
