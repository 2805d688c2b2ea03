// A portal's round trip: report, report again, read, and be refused; all of it typed.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };

type Schemas = components["schemas"];

const [baseUrl = "", source = "", portal = "", round = ""] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl });
const as = (key: string) => ({ Authorization: `Bearer ${key}` });
const path = { round };

async function report(body: Schemas["SubmissionIn"]): Promise<Schemas["SubmissionReceipt"]> {
  const { data, error } = await client.POST("/v1/rounds/{round}/submissions", {
    params: { path },
    headers: as(source),
    body,
  });
  if (error) throw new Error(error.detail);
  return data;
}

async function refusal(kind: Schemas["Kind"]): Promise<Schemas["ProblemType"] | undefined> {
  const name: Schemas["Name"] = { zh: "市", en: "City" };
  const { error } = await client.POST("/v1/applicants", {
    headers: as(source),
    body: { code: "C9", kind, name },
  });
  return error?.type;
}

const value = { applicant: "C1", measure: "stations", value: 12.5, as_of: "2026-05-31" };
const receipts = [await report({ ...value, value: 12 }), await report({ ...value, value: 13 })];

const listed = await client.GET("/v1/rounds/{round}/submissions", {
  params: { path, query: { applicant: "C1", limit: 10 } },
  headers: as(source),
});
const ranking = await client.GET("/v1/rounds/{round}/scores", {
  params: { path, query: { cohort: "county" } },
  headers: as(portal),
});
const states: Schemas["RankingState"][] = ranking.data ? [ranking.data.state] : [];

console.log(
  JSON.stringify({
    results: receipts.map((each) => each.result),
    values: listed.data?.items.map((each) => each.value),
    states,
    refused: await refusal("county"),
  }),
);
