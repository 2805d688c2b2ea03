GRANT INSERT (last_submission, changes) ON submission_change TO pilotzone_gateway;
