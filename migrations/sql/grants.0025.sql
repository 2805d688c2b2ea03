GRANT SELECT ON submission_aside TO pilotzone_worker;
