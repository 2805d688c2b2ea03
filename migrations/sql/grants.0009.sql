GRANT SELECT ON batch, batch_part TO pilotzone_gateway;
GRANT INSERT (round, reporter, format, sha256, lenient, outcome, created, revised, unchanged,
    rejected, greatest_submission, request_id) ON batch TO pilotzone_gateway;
GRANT INSERT ON batch_part TO pilotzone_gateway;
GRANT USAGE ON SEQUENCE batch_id_seq TO pilotzone_gateway;
