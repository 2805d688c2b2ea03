GRANT EXECUTE ON FUNCTION judge_items, append_items TO pilotzone_gateway;
