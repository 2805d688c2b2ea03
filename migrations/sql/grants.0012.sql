GRANT INSERT (reported_at, obs_status, confirmed_by) ON submission TO pilotzone_gateway;
GRANT SELECT ON submission_aside TO pilotzone_gateway;
GRANT INSERT (round, applicant, measure, reporter, kind, as_of, revision, status, number, codes,
    reference, comment, reported_at, obs_status, set_aside, request_id) ON submission_aside TO
    pilotzone_gateway;
GRANT EXECUTE ON FUNCTION judge_submissions, append_submissions TO pilotzone_gateway;
