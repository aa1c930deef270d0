import type { Schemas } from "../api/client";

/** The words that people read for the values of the API. */

type Tone = "good" | "bad" | "wait" | "plain";
export type Word = { text: string; tone: Tone };

export const userStatus: Record<Schemas["UserStatusName"], Word> = {
  active: { text: "Active", tone: "good" },
  deactivated: { text: "Deactivated", tone: "bad" },
  released: { text: "Released", tone: "plain" },
};

export const levels: Record<Schemas["LevelName"], string> = { owner: "Owner", admin: "Admin", member: "Member" };

export const npiStatus: Record<Schemas["NpiVerification"], Word> = {
  not_required: { text: "No NPI", tone: "plain" },
  pending: { text: "NPI being verified", tone: "wait" },
  verified: { text: "NPI verified", tone: "good" },
  name_mismatch: { text: "NPI under a different name", tone: "bad" },
  not_found: { text: "NPI not found", tone: "bad" },
  deactivated: { text: "NPI deactivated", tone: "bad" },
};

export const delivery: Record<Schemas["DeliveryName"], Word> = {
  queued: { text: "Sending", tone: "wait" },
  sent: { text: "Sent", tone: "wait" },
  delivered: { text: "Delivered", tone: "good" },
  delayed: { text: "Delayed", tone: "wait" },
  bounced: { text: "Not delivered", tone: "bad" },
  complained: { text: "Marked as spam", tone: "bad" },
  failed: { text: "Not sent", tone: "bad" },
};

export const invitationStatus: Record<Schemas["InvitationStatusName"] | "expired", Word> = {
  sent: { text: "Waiting", tone: "wait" },
  expired: { text: "Expired", tone: "bad" },
  accepted: { text: "Confirmed", tone: "good" },
  rejected: { text: "Declined", tone: "bad" },
  revoked: { text: "Revoked", tone: "plain" },
};
