import { vi } from "vitest";
import type { Schemas } from "../api/client";

/** A request as a test sees it. */
export type Sent = { method: string; path: string; query: URLSearchParams; body: unknown; headers: Headers };

/** An answer: a status with a body, or the body of a 200. */
export type Answer = { status: number; body?: unknown; headers?: Record<string, string> };

type Route = Answer | Record<string, unknown> | ((sent: Sent) => Answer | Promise<Answer>);

/**
 * Answers requests as the API would, by "METHOD /path". A segment `*` stands for any id. Returns every request sent.
 * A route that the test does not name is a 404.
 */
export function serveApi(routes: Record<string, Route>): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const text = await request.clone().text();
    const one: Sent = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      body: text ? JSON.parse(text) : undefined,
      headers: request.headers,
    };
    sent.push(one);
    const route = routes[`${one.method} ${one.path}`] ?? find(routes, one);
    if (!route) return json(problem(404, "route_not_found", "There is nothing here."));
    if (typeof route === "function") return json(await route(one));
    return json(
      "status" in route && typeof route.status === "number" ? (route as Answer) : { status: 200, body: route },
    );
  });
  return sent;
}

function find(routes: Record<string, Route>, sent: Sent): Route | undefined {
  const matches = (pattern: string) => {
    const expression = pattern.replace(/[.\\/]/g, "\\$&").replaceAll("*", "[^/]+");
    return new RegExp(`^${expression}$`).test(`${sent.method} ${sent.path}`);
  };
  return Object.entries(routes).find(([pattern]) => pattern.includes("*") && matches(pattern))?.[1];
}

function json({ status, body, headers }: Answer): Response {
  const type = status >= 400 ? "application/problem+json" : "application/json";
  const content = status === 204 ? null : typeof body === "string" ? body : JSON.stringify(body ?? {});
  return new Response(content, { status, headers: { "content-type": type, ...headers } });
}

/** Answers that come one after another. The last one stays. */
export function inTurn(...answers: (Answer | (() => Answer))[]): () => Answer {
  return () => {
    const next = answers.length > 1 ? answers.shift() : answers[0];
    return typeof next === "function" ? next() : (next as Answer);
  };
}

/** A refusal as the API words it. */
export function problem(
  status: number,
  code: string,
  detail: string,
  more: Record<string, unknown> & { headers?: Record<string, string> } = {},
): Answer {
  const { headers, ...members } = more;
  const body = {
    type: "about:blank",
    title: "",
    status,
    detail,
    message: detail,
    code,
    requestId: "req-1",
    ...members,
  };
  return { status, body, ...(headers && { headers }) };
}

/** A confirmed person. */
export function user(change: Partial<Schemas["UserView"]> = {}): Schemas["UserView"] {
  return {
    userId: "usr_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    email: "olu@clinic.example",
    firstName: "Olu",
    lastName: "Adeyemi",
    clinicRole: "Administrative Director",
    level: "admin",
    canManageStudies: true,
    canCreateReports: false,
    hasDashboardAccess: true,
    npiVerification: "not_required",
    status: "active",
    assignable: false,
    invitedSource: "dashboard",
    createdAt: "2026-11-20T09:30:00.000Z",
    lastLoginAt: "2026-11-24T09:30:00.000Z",
    ...change,
  };
}

/** An open invitation. */
export function invitation(change: Partial<Schemas["InvitationView"]> = {}): Schemas["InvitationView"] {
  return {
    invitationId: "inv_0192bbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    userId: "usr_0192bbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    clinicId: "0192cccc-cccc-7ccc-8ccc-cccccccccccc",
    email: "anna.hale@clinic.example",
    firstName: "Anna",
    lastName: "Hale",
    clinicRole: "Radiologist",
    level: "member",
    canManageStudies: false,
    canCreateReports: true,
    hasDashboardAccess: false,
    npiNumber: "1234567893",
    npiVerification: "verified",
    status: "sent",
    expiry: "2099-12-01T09:30:00.000Z",
    createdAt: "2026-11-24T09:30:00.000Z",
    updatedAt: "2026-11-24T09:30:00.000Z",
    invitedSource: "dashboard",
    inviterId: "usr_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    invitedByApiKeyId: null,
    grantedBy: "usr_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    delivery: "delivered",
    deliveryDetail: null,
    sendCount: 1,
    ...change,
  };
}

/** The session of this person. */
export function session(change: Partial<Schemas["UserView"]> = {}): Schemas["CurrentSessionView"] {
  const clinic = { clinicId: "0192cccc-cccc-7ccc-8ccc-cccccccccccc", name: "Riverside Imaging" };
  return {
    sessionId: "ses_0192dddddddddddddddddddddddddddd",
    user: user(change),
    clinic,
    clinics: [clinic],
    idleMinutes: 30,
  };
}
