import createClient from "openapi-fetch";
import { Problem } from "./problem";
import type { components, paths } from "./schema";
import { sessionFetch } from "./sessionFetch";

export type Schemas = components["schemas"];

/** The API, with the types of its OpenAPI document. */
export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  fetch: sessionFetch,
  // A comma keeps several values of a filter in one parameter.
  querySerializer: { array: { style: "form", explode: false } },
});

/** The data of an answer. Throws a Problem if the API refused or did not answer. */
export async function data<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const answer = await call;
  if (!answer.response.ok) throw Problem.of(answer.response, answer.error);
  return answer.data as T;
}

/** The Idempotency-Key of a form, so that sending it twice does its work once. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}
