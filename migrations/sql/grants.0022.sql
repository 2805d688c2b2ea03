GRANT SELECT ON applicant_past TO pilotzone_gateway;
