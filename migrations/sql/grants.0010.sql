GRANT EXECUTE ON FUNCTION record_expected_submissions TO pilotzone_gateway;
