-- What `append_items` does, for gateways of before, which hand over a column of each. The arrays have
-- an element for each item.
CREATE OR REPLACE FUNCTION append_submissions(
    round_id bigint, applicants text[], measures text[], reporters bigint[], kinds text[],
    dates date[], statuses text[], numbers float8[], codes_joined text[], refs text[],
    comments text[], request_ids text[], expected integer[], moments timestamptz[],
    observations text[], doubts text[], factors float8[], confirmers bigint[], reasons text[]
) RETURNS TABLE (
    place bigint, result text, submission_id bigint, set_aside text, entered boolean, before float8
)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT * FROM append_items(round_id, (
        SELECT array_agg(
            ROW(applicant, measure, reporter, kind, as_of, status, number, joined, reference, comment,
                request_id, expects, moment, observation, doubt, factor, confirmer, reason
            )::submission_item
            ORDER BY place)
        FROM unnest(applicants, measures, reporters, kinds, dates, statuses, numbers, codes_joined,
                refs, comments, request_ids, expected, moments, observations, doubts, factors,
                confirmers, reasons) WITH ORDINALITY
            AS item (applicant, measure, reporter, kind, as_of, status, number, joined, reference,
                comment, request_id, expects, moment, observation, doubt, factor, confirmer, reason,
                place)
    )) ORDER BY place;
END
$function$;
