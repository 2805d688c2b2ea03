GRANT SELECT, INSERT (round, kind, position, detail) ON round_event TO pilotzone_gateway;
GRANT SELECT, INSERT (round, kind, position, detail) ON round_event TO pilotzone_worker;
GRANT EXECUTE ON FUNCTION append_round_event TO pilotzone_gateway;
GRANT EXECUTE ON FUNCTION append_round_event TO pilotzone_worker;
