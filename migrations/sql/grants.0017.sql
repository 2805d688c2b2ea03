GRANT INSERT (quota_requests, quota_rows) ON api_key TO pilotzone_gateway;
GRANT SELECT, INSERT, UPDATE (granted, last_granted) ON quota_window TO pilotzone_gateway;
GRANT SELECT, DELETE ON quota_window TO pilotzone_worker;
