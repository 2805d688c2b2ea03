GRANT EXECUTE ON FUNCTION record_submissions TO pilotzone_gateway;
