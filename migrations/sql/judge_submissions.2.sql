-- What `judge_items` says, for who hands over a column of each: gateways of before, and dry runs. The
-- arrays have an element for each item.
CREATE OR REPLACE FUNCTION judge_submissions(
    round_id bigint, applicants text[], measures text[], reporters bigint[], kinds text[],
    dates date[], statuses text[], numbers float8[], codes_joined text[], expected integer[],
    moments timestamptz[], observations text[], doubts text[], factors float8[], confirmers bigint[]
) RETURNS TABLE (
    place bigint, result text, standing_id bigint, standing_number float8, standing_codes text[],
    revision integer, set_aside text, aside_id bigint, confirmed_by bigint, entered boolean,
    before float8
)
LANGUAGE plpgsql STABLE ROWS 10000 SET search_path = public, pg_temp AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT place, result, standing_id, standing_number, standing_codes, revision, set_aside, aside_id,
        confirmed_by, entered, before
    FROM judge_items(round_id, (
        SELECT array_agg(
            ROW(applicant, measure, reporter, kind, as_of, status, number, joined, NULL, NULL, NULL,
                expects, moment, observation, doubt, factor, confirmer, NULL)::submission_item
            ORDER BY place)
        FROM unnest(applicants, measures, reporters, kinds, dates, statuses, numbers, codes_joined,
                expected, moments, observations, doubts, factors, confirmers) WITH ORDINALITY
            AS item (applicant, measure, reporter, kind, as_of, status, number, joined, expects,
                moment, observation, doubt, factor, confirmer, place)
    )) ORDER BY place;
END
$function$;
