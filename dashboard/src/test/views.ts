import type { Schemas } from "../api/client";
import { type problem, type Sent, serveApi, session, user } from "./api";

export const anna = user({ userId: "usr_0192eeeeeeeeeeeeeeeeeeeeeeeeeeee", firstName: "Anna", lastName: "Hale" });

export function view(change: Partial<Schemas["AccessView"]> = {}): Schemas["AccessView"] {
  return {
    accessId: "acc_01920000000000000000000000000001",
    status: "open",
    mode: "dictation",
    userId: anna.userId,
    study: { studyInstanceUid: "1.2.840.1" },
    retrievalId: null,
    issuedByUserId: null,
    issuedByApiKeyId: "0192aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    createdAt: "2026-11-27T09:00:00.000Z",
    linkExpiresAt: "2026-11-27T09:01:00.000Z",
    openedAt: "2026-11-27T09:00:30.000Z",
    viewExpiresAt: "2026-11-27T10:00:30.000Z",
    revokedAt: null,
    ...change,
  };
}

export const unopened = view({
  accessId: "acc_01920000000000000000000000000002",
  status: "issued",
  mode: "viewer_only",
  userId: null,
  study: { studyInstanceUid: "1.2.840.2" },
  openedAt: null,
  viewExpiresAt: null,
});

export function list(access: unknown[], hasMore = false) {
  return { access, cursor: hasMore ? "next" : null, hasMore };
}

/** An API whose open views a test changes. */
export function serveViews(open: Schemas["AccessView"][]) {
  type Refusal = null | ReturnType<typeof problem>;
  const api = { open, fail: null as Refusal, refuse: null as Refusal, sent: [] as Sent[] };
  api.sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/*": anna,
    "GET /v1/access": () => api.fail ?? { status: 200, body: list(api.open) },
    "POST /v1/access/revoke": ({ body }) => {
      if (api.refuse) return api.refuse;
      api.open = api.open.filter((one) => one.accessId !== (body as { accessId: string }).accessId);
      return { status: 200, body: { success: true, message: "" } };
    },
  });
  return api;
}
