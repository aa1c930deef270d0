import type { Page } from "playwright-core";

/** Answers that the real service does not give easily. Each holds until `page.unrouteAll()`. */

export type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };

/** Answers requests to this path. `method` leaves the others to the service. */
export async function answer(page: Page, path: string, given: Answer | "never" | "offline", method = "GET") {
  await page.route(
    (url) => url.pathname === path,
    async (route) => {
      if (route.request().method() !== method) return route.fallback();
      if (given === "offline") return route.abort("connectionfailed");
      if (given === "never") return;
      const { status = 200, body, headers = {} } = given;
      await route.fulfill({ status, json: body, headers });
    },
  );
}

/** A refusal in the API's format. */
export function problem(status: number, code: string, detail: string, more: object = {}): Answer {
  const body = {
    type: "about:blank",
    title: "",
    status,
    detail,
    message: detail,
    code,
    requestId: "req-7f3a",
    ...more,
  };
  return { status, body };
}

export const broken = problem(500, "internal", "Something went wrong on our side. Try again in a moment.");

export const throttled: Answer = {
  ...problem(429, "too_many_requests", "Too many requests came from your clinic."),
  headers: { "retry-after": "40" },
};
