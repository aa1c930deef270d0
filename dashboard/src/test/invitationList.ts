import { screen } from "@testing-library/react";
import type { Invitation } from "../features/invitations/queries";
import { type Answer, invitation, type Sent, serveApi, session } from "./api";
import { openPage } from "./page";

export const LIST = "GET /v1/autoScribe/users/invitations";
const SUMMARY = `${LIST}/summary`;
export const REVOKE = "POST /v1/autoScribe/users/invitations/revoke";
export const RESEND = "POST /v1/autoScribe/users/invitations/*/resend";

const id = (digit: string) => `inv_0192${digit.repeat(28)}`;
export const anna: Invitation = { ...invitation({ invitationId: id("a") }), inviterName: "Olu Adeyemi" };
export const grace: Invitation = { ...anna, invitationId: id("b"), firstName: "Grace", email: "grace@clinic.example" };
export const lost: Invitation = {
  ...anna,
  invitationId: id("c"),
  firstName: "Lena",
  email: "lena@clinic.exampel",
  delivery: "bounced",
  deliveryDetail: "The domain of the address does not take email. Check the address.",
};
export const old = (digit: string, firstName: string): Invitation => ({
  ...anna,
  invitationId: id(digit),
  firstName,
  expiry: "2026-11-01T09:30:00.000Z",
});

const counts = {
  open: { count: 100, more: true },
  notDelivered: { count: 1, more: false },
  expired: { count: 2, more: false },
  npiTrouble: { count: 0, more: false },
};

/** Answers the list as the API filters it. */
export function listOf(all: Invitation[] | (() => Invitation[])) {
  return ({ query }: Sent): Answer => {
    const [status, delivery, npi] = [query.get("status"), query.get("delivery"), query.get("npiVerification")];
    const expired = query.get("expired");
    const invitations = (typeof all === "function" ? all() : all)
      .filter((one) => !status || one.status === status)
      .filter((one) => !delivery || delivery.split(",").includes(one.delivery))
      .filter((one) => !npi || npi.split(",").includes(one.npiVerification))
      .filter((one) => !expired || (expired === "expired") === Date.parse(one.expiry) < Date.now());
    return { status: 200, body: listed(invitations) };
  };
}

/** The list comes after the answer to what changed it, as over a network. */
export function slowly(all: () => Invitation[]) {
  return async (sent: Sent) => {
    await new Promise((done) => setTimeout(done, 20));
    return listOf(all)(sent);
  };
}

export function listed(invitations: Invitation[]) {
  return { invitations, cursor: null, hasMore: false };
}

type Routes = Parameters<typeof serveApi>[0];

export function openList(all: Invitation[] | (() => Invitation[]), path = "/users/invitations", routes: Routes = {}) {
  const sent = serveApi({ "GET /v1/session": session(), [SUMMARY]: counts, [LIST]: listOf(all), ...routes });
  return { ...openPage(path), sent };
}

export const rowOf = (name: RegExp) => screen.findByRole("row", { name });
