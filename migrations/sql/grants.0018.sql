GRANT SELECT (id, key, url, events, rounds, created_at, paused, failures, retry_at, last_attempt_at,
    delivered_at, last_status, last_failure, tests_asked, tests_made, test_answer),
    INSERT (key, url, events, rounds, secret),
    UPDATE (paused, failures, retry_at, tests_asked), DELETE ON webhook TO pilotzone_gateway;
GRANT USAGE ON SEQUENCE webhook_id_seq TO pilotzone_gateway;
GRANT SELECT, INSERT (round, webhook, kind, position) ON webhook_position TO pilotzone_gateway;
GRANT SELECT, UPDATE (paused, failures, retry_at, last_attempt_at, delivered_at, last_status,
    last_failure, tests_made, test_answer) ON webhook TO pilotzone_worker;
GRANT SELECT, INSERT (round, webhook, kind, position), UPDATE (position, attempts)
    ON webhook_position TO pilotzone_worker;
GRANT SELECT (id, expires_at, revoked_at, rounds) ON api_key TO pilotzone_worker;
