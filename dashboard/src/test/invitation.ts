import type { Invitation } from "../features/invitations/queries";
import { type Answer, invitation, serveApi, session } from "./api";
import { openPage } from "./page";

export const invitationId = invitation().invitationId;
export const PATH = `/users/invitations/${invitationId}`;
export const ONE = "GET /v1/autoScribe/users/invitations/*";
const olu = "usr_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa";

export function event(action: string, actor = olu, more: Record<string, unknown> = {}) {
  const at = "2026-11-24T09:30:00.000Z";
  return {
    eventId: `evt_${action}`,
    at,
    actor,
    action,
    object: invitationId,
    nameAfter: { firstName: "Anna", lastName: "Hale" },
    ...more,
  };
}

type Routes = Parameters<typeof serveApi>[0];

export function openInvitation(
  one: Partial<Invitation> | (() => Answer | Promise<Answer>),
  routes: Routes = {},
  path = PATH,
) {
  const sent = serveApi({
    "GET /v1/session": session(),
    [ONE]: typeof one === "function" ? one : { status: 200, body: { ...invitation(), ...one } },
    "GET /v1/auditEvents": { auditEvents: [event("invitation.created")], cursor: null, hasMore: false },
    [`GET /v1/autoScribe/users/${olu}`]: { firstName: "Olu", lastName: "Adeyemi" },
    "POST /v1/npi/lookup": { status: 200, body: { status: "verified", licenseStates: [] } },
    ...routes,
  });
  return { ...openPage(path), sent };
}
