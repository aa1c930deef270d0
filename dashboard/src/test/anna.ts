import type { Schemas } from "../api/client";
import { type Sent, serveApi, session, user } from "./api";

/** A radiologist who works in the PACS. */
export const anna = {
  ...user({
    userId: "usr_0192eeeeeeeeeeeeeeeeeeeeeeeeeeee",
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
    lastLoginAt: null,
  }),
  lastViewAt: "2026-11-26T08:00:00.000Z",
};
type Anna = Schemas["UserView"] & { lastViewAt?: string };

/** Her page. */
export const path = `/users/${anna.userId}`;
const none = { access: [], cursor: null, hasMore: false };
const noRecords = { auditEvents: [], cursor: null, hasMore: false };

/** An API with one person. Changes change them. */
export function serveAnna(change: Partial<Anna> = {}, more: Parameters<typeof serveApi>[0] = {}) {
  const api = { anna: { ...anna, ...change }, sent: [] as Sent[] };
  const becomes = (status: Schemas["UserStatusName"]) => () => {
    api.anna = { ...api.anna, status };
    return { status: 200, body: { success: true, message: "" } };
  };
  api.sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/*": () => ({ status: 200, body: api.anna }),
    "GET /v1/access": none,
    "GET /v1/auditEvents": noRecords,
    "GET /v1/apiKeys": { apiKeys: [], cursor: null, hasMore: false },
    "POST /v1/autoScribe/users/revoke-access": becomes("deactivated"),
    "POST /v1/autoScribe/users/reactivate": becomes("active"),
    "POST /v1/autoScribe/users/release": becomes("released"),
    ...more,
  });
  return api;
}

/** What changed something, or tried to. */
export const posts = (sent: Sent[]) => sent.filter((one) => one.method === "POST");
