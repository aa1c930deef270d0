import type { AuditEvent } from "../rules/audit";
import { type Answer, type Sent, serveApi, session, user } from "./api";

const olu = session().user.userId;
export const anna = user({ userId: "usr_0192eeeeeeeeeeeeeeeeeeeeeeeeeeee", firstName: "Anna", lastName: "Hale" });
export const key = "key:0192aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa";
const member = {
  level: "member",
  canManageStudies: false,
  canCreateReports: true,
  hasDashboardAccess: false,
  npiVerification: "not_required",
} as const;

let count = 0;
export function event(change: Partial<AuditEvent> = {}): AuditEvent {
  count += 1;
  return {
    eventId: `evt_${count}`,
    at: "2026-11-27T09:00:00.000Z",
    actor: olu,
    action: "user.edited",
    object: anna.userId,
    ip: "192.0.2.7",
    ...change,
  };
}

export const edited = event({ before: member, after: { ...member, level: "admin", hasDashboardAccess: true } });

export function list(auditEvents: AuditEvent[], cursor: string | null = null) {
  return { status: 200, body: { auditEvents, cursor, hasMore: cursor !== null } };
}

export function serveActivity(
  events: (sent: Sent) => Answer | Promise<Answer>,
  more: Parameters<typeof serveApi>[0] = {},
) {
  return serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/*": ({ path }) =>
      path.endsWith(anna.userId) ? { status: 200, body: anna } : { status: 200, body: session().user },
    "GET /v1/autoScribe/users": { users: [anna], cursor: null, hasMore: false },
    "GET /v1/apiKeys": {
      apiKeys: [{ apiKeyId: key.slice(4), description: "Front desk PACS" }],
      cursor: null,
      hasMore: false,
    },
    "GET /v1/auditEvents": events,
    ...more,
  });
}

export const asked = (sent: Sent[]) => sent.filter((one) => one.path === "/v1/auditEvents");
