import createClient from "openapi-fetch";
import { Problem } from "./problem";
import type { components, paths } from "./schema";
import { plainFetch, sessionFetch } from "./sessionFetch";

export type Schemas = components["schemas"];

const options = {
  baseUrl: globalThis.location?.origin ?? "",
  // A comma keeps several values of a filter in one parameter.
  querySerializer: { array: { style: "form", explode: false } },
} as const;

/** The API, with the types of its OpenAPI document. */
export const api = createClient<paths>({ ...options, fetch: sessionFetch });

/** The API for the dialogs of the session, which must not wait for themselves. */
export const plainApi = createClient<paths>({ ...options, fetch: plainFetch });

let words = <Body>(body: Body): Body => body;
// They come beside the page, so that the first page is not heavier for them.
void import("../rules/problemWords").then(
  (loaded) => {
    words = loaded.reword;
  },
  () => {},
);

/** A refusal in words for people. The API's own words stay until ours are there. */
export function reword<Body>(body: Body): Body {
  return words(body);
}

/** The data of an answer. Throws a Problem if the API refused or did not answer. */
export async function data<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const answer = await call;
  if (!answer.response.ok) throw Problem.of(answer.response, reword(answer.error));
  return answer.data as T;
}

/** The Idempotency-Key of a form, so that sending it twice does its work once. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}
