GRANT UPDATE (version) ON applicant TO pilotzone_gateway;
