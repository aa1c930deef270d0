import { type Answer, problem } from "./api";

/** The network has no answer. */
export function offline(): Answer {
  throw new TypeError("Failed to fetch");
}

/** The API asks to wait two seconds. */
export function throttled(): Answer {
  return problem(429, "too_many_requests", "Too many requests.", { headers: { "retry-after": "2" } });
}

/** The API never answers. */
export function slow(): Promise<Answer> {
  return new Promise(() => {});
}
