import { Problem } from "../api/problem";
import type { paths } from "../api/schema";

type Body = { content: { "application/json": unknown } };
type Posted<Path extends keyof paths> = paths[Path] extends { post: { requestBody: infer B extends Body } } ? B : never;
type Answer<Responses> = Responses extends { 200: infer B extends Body } | { 202: infer B extends Body }
  ? B["content"]["application/json"]
  : undefined;
type Answered<Path extends keyof paths> = paths[Path] extends { post: { responses: infer R } } ? Answer<R> : never;

/** Sends a request. Throws a Problem if the API refused or did not answer. */
export function post<Path extends keyof paths>(
  path: Path,
  body: Posted<Path>["content"]["application/json"],
): Promise<Answered<Path>> {
  const headers = { "content-type": "application/json" };
  return send(path, { method: "POST", headers, body: JSON.stringify(body) });
}

type Session = paths["/v1/session"]["get"]["responses"][200]["content"]["application/json"];

/** The session of this browser. Null if there is none, or if no one can say. */
export function findSession(): Promise<Session | null> {
  return send<Session>("/v1/session", {}).catch(() => null);
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(new Request(new URL(path, location.origin), init));
    text = await response.text();
  } catch {
    throw Problem.offline();
  }
  const answer = parse(text);
  // A network's own sign-in page answers 200 with a page.
  if (!response.ok || answer === null) throw Problem.of(response, answer);
  return answer as T;
}

function parse(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
