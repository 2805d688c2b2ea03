GRANT SELECT ON alembic_version, api_key, applicant, audit_event, entry, framework, reporter,
    round, round_failure, run, run_input, run_parameters, score_version, submission,
    submission_change TO pilotzone_gateway;
GRANT INSERT (code, version, sha256, document) ON framework TO pilotzone_gateway;
GRANT INSERT (code, kind, name_zh, name_en, division) ON applicant TO pilotzone_gateway;
GRANT UPDATE (name_zh, name_en, division, changed_at) ON applicant TO pilotzone_gateway;
GRANT INSERT (code, framework, title, reference_date, opens_at, closes_at) ON round TO
    pilotzone_gateway;
GRANT UPDATE (state) ON round TO pilotzone_gateway;
GRANT INSERT (round, applicant, kind, state) ON entry TO pilotzone_gateway;
GRANT UPDATE (state, changed_at) ON entry TO pilotzone_gateway;
GRANT INSERT (round, applicant, measure, reporter, kind, as_of, revision, status, number, codes,
    reference, comment, request_id) ON submission TO pilotzone_gateway;
GRANT INSERT (round, applicant, submission, request_id) ON submission_change TO
    pilotzone_gateway;
GRANT INSERT (round, actor, action, subject, detail, request_id) ON audit_event TO
    pilotzone_gateway;
GRANT USAGE ON SEQUENCE audit_event_id_seq, framework_id_seq, round_id_seq,
    submission_change_id_seq, submission_id_seq TO pilotzone_gateway;

GRANT SELECT ON alembic_version, applicant, entry, framework, round, round_failure, run,
    run_input, run_parameters, score_version, submission, submission_change TO pilotzone_worker;
GRANT DELETE ON submission_change TO pilotzone_worker;
GRANT INSERT (round, number, worker, request_ids, submissions, other_changes, cohort,
    scores_written, read_ms, compute_ms, write_ms, started_at) ON run TO pilotzone_worker;
GRANT INSERT ON run_input, run_parameters, score_version TO pilotzone_worker;
GRANT INSERT, UPDATE, DELETE ON round_failure TO pilotzone_worker;
