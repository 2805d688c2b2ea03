GRANT SELECT ON idempotency_key TO pilotzone_gateway;
GRANT INSERT (reporter, key, fingerprint, status, headers, body) ON idempotency_key
    TO pilotzone_gateway;
GRANT SELECT (reporter, key, recorded_at), DELETE ON idempotency_key TO pilotzone_worker;
