import type { components } from "./schema";

export type ProblemBody = components["schemas"]["ProblemBody"];

/** Why the API refused a request, or that it did not answer. */
export class Problem extends Error {
  /** HTTP status. 0 if there was no answer. */
  readonly status: number;
  /** The API's code, `offline` without an answer, or `unreadable` for an answer that is not the API's. */
  readonly code: string;
  /** Names the request in the service's logs. */
  readonly requestId: string | null;
  /** Seconds to wait before another try. */
  readonly retryAfter: number | null;
  /** What is wrong with each field, by the field's name. */
  readonly fields: ReadonlyMap<string, string>;
  /** The whole answer, for codes that carry more. */
  readonly body: Partial<ProblemBody> & Record<string, unknown>;

  constructor(status: number, body: Partial<ProblemBody> & Record<string, unknown>, retryAfter: number | null = null) {
    super(body.detail ?? "AutoScribe can't answer right now. Try again in a moment.");
    this.status = status;
    this.code = body.code ?? "unreadable";
    this.requestId = body.requestId ?? null;
    this.retryAfter = retryAfter;
    this.fields = new Map((body.errors ?? []).map((error) => [error.field, error.detail]));
    this.body = body;
  }

  static offline(): Problem {
    const detail = "AutoScribe can't be reached. Check your connection, then try again.";
    return new Problem(0, { code: "offline", detail });
  }

  /** The problem of an answer whose body was read already. A body that is not the API's own counts as none. */
  static of(response: Response, body: unknown): Problem {
    const wait = Number(response.headers.get("retry-after"));
    const members = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
    return new Problem(response.status, members, wait > 0 ? wait : null);
  }
}
