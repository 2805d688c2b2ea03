GRANT SELECT ON conflict, operation TO pilotzone_gateway;
GRANT INSERT (round, reporter, applicant, state, reason) ON conflict TO pilotzone_gateway;
GRANT UPDATE (state, reason, changed_at) ON conflict TO pilotzone_gateway;
GRANT INSERT (round, kind, parameters, requested_by, request_id) ON operation TO
    pilotzone_gateway;
GRANT UPDATE (state, finished_at) ON operation TO pilotzone_gateway;
GRANT USAGE ON SEQUENCE operation_id_seq TO pilotzone_gateway;

GRANT SELECT ON operation TO pilotzone_worker;
GRANT UPDATE (state, progress, attempts, result, error, started_at, finished_at) ON operation TO
    pilotzone_worker;
