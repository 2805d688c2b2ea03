GRANT SELECT, INSERT ON batch_slice TO pilotzone_gateway;
GRANT DELETE ON batch_part TO pilotzone_gateway;
