import { newIdempotencyKey } from "../../api/client";
import { Problem } from "../../api/problem";

/**
 * The Idempotency-Key of a form. The same content sent again after a lost answer has the same key, so that it does
 * its work once. A refusal did nothing, and the API would repeat it under its key: the next attempt gets a new one.
 */
export class FormKey {
  #content = "";
  #key = "";

  of(body: unknown): string {
    const content = JSON.stringify(body);
    if (content !== this.#content || !this.#key) {
      this.#content = content;
      this.#key = newIdempotencyKey();
    }
    return this.#key;
  }

  fail(error: unknown): void {
    const refused = error instanceof Problem && error.status >= 400 && error.status < 500;
    if (refused && error.code !== "request_in_progress") this.#key = "";
  }
}
