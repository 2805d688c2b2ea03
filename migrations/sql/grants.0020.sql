GRANT SELECT ON log_epoch, log_secret, log_entry, log_event, log_checkpoint, log_cosignature, log_key
    TO pilotzone_gateway;
GRANT INSERT (round, epoch, size, witness, line) ON log_cosignature TO pilotzone_gateway;
GRANT INSERT (key) ON log_key TO pilotzone_gateway;

GRANT SELECT ON log_epoch, log_secret, log_entry, log_event, log_checkpoint, log_key, audit_event,
    reporter TO pilotzone_worker;
GRANT INSERT ON log_entry, log_event TO pilotzone_worker;
GRANT INSERT (round, epoch, size, note) ON log_checkpoint TO pilotzone_worker;
GRANT INSERT (key) ON log_key TO pilotzone_worker;
GRANT EXECUTE ON FUNCTION refuse_change TO pilotzone_worker;
