import { edited } from "./activity";
import { anna } from "./anna";
import { type Answer, invitation, type Sent, serveApi, session } from "./api";
import { listOf } from "./invitationList";
import { apiKey, keyList } from "./keys";
import { review } from "./review";
import { list, view } from "./views";
import { delivery, deliveryList, webhook, webhookList } from "./webhooks";

const none = { count: 0, more: false };

export const settings = {
  clinicId: session().clinic.clinicId,
  name: "Riverside Imaging",
  replyTo: "office@clinic.example",
  invitationDays: 7,
  timeZone: "America/Chicago",
  sessionIdleMinutes: 30,
  invitationsPerDay: 500,
};

const here = {
  sessionId: "ses_here",
  clinicId: session().clinic.clinicId,
  signedInAt: "2026-11-27T09:00:00.000Z",
  lastUsedAt: "2026-11-27T10:00:00.000Z",
  networkAddress: "192.0.2.7",
  current: true,
};
const phone = { ...here, sessionId: "ses_phone", networkAddress: "198.51.100.4", current: false };
const lakeside = { clinicId: "0192ffff-ffff-7fff-8fff-ffffffffffff", name: "Lakeside Imaging" };

type Routes = Parameters<typeof serveApi>[0];

/** What an owner's pages read, with one of each thing. */
const reads: Routes = {
  "GET /v1/session": { ...session({ level: "owner" }), clinics: [session().clinic, lakeside] },
  "GET /v1/sessions": { sessions: [here, phone] },
  "GET /v1/clinic": settings,
  "GET /v1/autoScribe/users": { users: [{ ...anna, hasDashboardAccess: true }], cursor: null, hasMore: false },
  "GET /v1/autoScribe/users/*": anna,
  "GET /v1/autoScribe/users/invitations": listOf([invitation()]),
  "GET /v1/autoScribe/users/invitations/summary": { open: none, notDelivered: none, expired: none, npiTrouble: none },
  "GET /v1/autoScribe/users/invitations/*": invitation(),
  "GET /v1/access": list([view()]),
  "GET /v1/auditEvents": { auditEvents: [edited], cursor: null, hasMore: false },
  "GET /v1/accessReview": review(),
  "GET /v1/apiKeys": keyList([apiKey()]),
  "GET /v1/webhookEndpoints": webhookList([webhook()]),
  "GET /v1/webhookEndpoints/*/deliveries": deliveryList([delivery()]),
  "POST /v1/npi/lookup": { status: "verified", licenseStates: [] },
  "POST /v1/session": { ...session({ level: "owner" }) },
};

/** Serves the pages of an owner. */
export function serveClinic(more: Routes = {}) {
  return serveApi({ ...reads, ...more });
}

/** What the pages of an owner read at a route. */
export function readOf(route: string, sent: Sent): Answer {
  const read = reads[route];
  return typeof read === "function" ? (read(sent) as Answer) : { status: 200, body: read };
}
