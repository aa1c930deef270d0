import type { Schemas } from "../api/client";
import { actorWords, keyWords } from "./actors";
import { changesOf } from "./auditChanges";
import { keyChanges, refusals } from "./auditDetails";
import { webhookActions } from "./auditWebhooks";
import { fullName } from "./names";
import { studyName } from "./views";
import { npiStatus } from "./words";

/** One record of the audit: who did what to which object. */
export type AuditEvent = Schemas["AuditEventView"];

/** Names by id: `usr_...`, `inv_...`, `key:...` and `whk_...`. */
type Names = ReadonlyMap<string, string>;

/** What a sentence can say. */
type Parts = {
  event: AuditEvent;
  /** Who did it. */
  who: string;
  /** The person, key, webhook or clinic that it was done to. */
  what: string;
  /** The view that it was done to. */
  view: string;
};

export type Action = {
  /** The action without names, for a filter. */
  words: string;
  sentence: (parts: Parts) => string;
};

/** Every action that the API records. A test compares the list with the service's. */
export const auditActions: Record<string, Action> = {
  "invitation.created": {
    words: "Invited",
    sentence: ({ who, what, event }) =>
      `${who} invited ${what}${event.after ? ` as ${levels[event.after.level]}` : ""}`,
  },
  "invitation.edited": {
    words: "Changed an invitation",
    sentence: ({ who, what }) => `${who} changed the invitation for ${what}`,
  },
  "invitation.resent": {
    words: "Resent an invitation",
    sentence: ({ who, what }) => `${who} resent the invitation for ${what}`,
  },
  "invitation.revoked": {
    words: "Revoked an invitation",
    sentence: ({ who, what }) => `${who} revoked the invitation for ${what}`,
  },
  "invitation.accepted": {
    words: "Confirmed an invitation",
    sentence: ({ who }) => `${who} confirmed the invitation`,
  },
  "invitation.rejected": {
    words: "Declined an invitation",
    sentence: ({ who }) => `${who} declined the invitation`,
  },
  "invitation.new_requested": {
    words: "Asked for a new invitation",
    sentence: ({ who }) => `${who} asked for a new invitation`,
  },
  "user.edited": {
    words: "Changed a user",
    sentence: ({ who, what, event }) =>
      changesOf(event).length > 0 ? `${who} changed ${what}` : `${who} changed the role or the phone number of ${what}`,
  },
  "user.deactivated": { words: "Deactivated a user", sentence: ({ who, what }) => `${who} deactivated ${what}` },
  "user.reactivated": { words: "Reactivated a user", sentence: ({ who, what }) => `${who} reactivated ${what}` },
  "user.released": {
    words: "Released a user",
    sentence: ({ who, what }) => `${who} released the address and NPI of ${what}`,
  },
  "npi.attested": { words: "Attested an NPI", sentence: ({ who, what }) => `${who} attested the NPI of ${what}` },
  "npi.verification_changed": {
    words: "NPI checked again",
    sentence: ({ what, event }) =>
      `The NPI registry was asked about ${what} again${event.after ? `: ${npiStatus[event.after.npiVerification].text}` : ""}`,
  },
  "session.started": { words: "Signed in", sentence: ({ who }) => `${who} signed in` },
  "session.ended": { words: "Signed out", sentence: ({ who }) => `${who} signed out or ended a session` },
  "session.locked": {
    words: "Sign-in locked",
    sentence: ({ what }) => `Too many wrong passwords locked the sign-in of ${what} for a while`,
  },
  "password.reset": {
    words: "Set a new password by email",
    sentence: ({ what }) => `${what} set a new password with an emailed link`,
  },
  "password.changed": { words: "Changed the password", sentence: ({ who }) => `${who} changed the password` },
  "access.issued": {
    words: "Created a view link",
    sentence: ({ who, view, event }) =>
      event.detail === "dictation"
        ? `${who} assigned a study and created a dictation link: ${view}`
        : `${who} created a read-only link: ${view}`,
  },
  "access.redeemed": { words: "Opened a view", sentence: ({ view }) => `A link was opened: ${view}` },
  "access.revoked": { words: "Ended a view", sentence: ({ who, view }) => `${who} ended a view: ${view}` },
  "access.refused": {
    words: "Blocked a view",
    sentence: ({ view, event }) =>
      `A view was blocked, because ${refusals[event.detail ?? ""] ?? "it has ended"}: ${view}`,
  },
  "api_key.created": { words: "Created an API key", sentence: ({ who, what }) => `${who} created ${what}` },
  "api_key.rotated": {
    words: "Rotated an API key",
    sentence: ({ who, what }) => `${who} made a new secret for ${what}`,
  },
  "api_key.revoked": { words: "Revoked an API key", sentence: ({ who, what }) => `${who} revoked ${what}` },
  "clinic.provisioned": { words: "Set up the clinic", sentence: ({ who }) => `${who} set up the clinic` },
  "clinic.edited": {
    words: "Changed the clinic's settings",
    sentence: ({ who }) => `${who} changed the clinic's settings`,
  },
  "clinic.ownership_transferred": {
    words: "Transferred ownership",
    sentence: ({ who, what, event }) =>
      event.after?.level === "owner"
        ? `${who} made ${what} an owner of the clinic`
        : `${what} stopped being an owner of the clinic`,
  },
  "email.requeued": { words: "Sent an email again", sentence: ({ who }) => `${who} sent an email again` },
  "item.marked": {
    words: "Set aside unreadable data",
    sentence: ({ who, what }) => `${who} set aside data of ${what} that can't be read`,
  },
  "feed.restarted": {
    words: "Started the event feed again",
    sentence: ({ who }) => `${who} started the event feed again`,
  },
  "keys.changed": {
    words: "Changed the service's keys",
    sentence: ({ who, event }) =>
      `${who} changed the service's keys: ${keyChanges[event.detail ?? ""] ?? "another step"}`,
  },
  ...webhookActions,
};

const levels = { owner: "an owner", admin: "an admin", member: "a member" } as const;

/** The ids whose names the sentence of this event needs. */
export function idsIn(event: AuditEvent): string[] {
  return [event.actor, event.object, event.userId ?? ""].filter((id) => /^(usr_|inv_|key:|whk_)/.test(id));
}

/** The event as a sentence. */
export function auditSentence(event: AuditEvent, names: Names): string {
  const parts = { event, who: actorName(event, names), what: objectName(event, names), view: viewName(event, names) };
  const sentence = auditActions[event.action]?.sentence(parts);
  // The service may be newer than this page.
  return sentence ?? `${parts.who} did something that this page can't describe. Reload the page to see it`;
}

/** Who did it. Begins a sentence. */
export function actorName(event: AuditEvent, names: Names): string {
  const { actor, object } = event;
  return actorWords(actor, (actor === object && nameIn(event)) || names.get(actor));
}

/** What it was done to, for the middle of a sentence. */
export function objectName(event: AuditEvent, names: Names): string {
  const { object } = event;
  if (object.startsWith("key:")) return keyWords(names.get(object), "the");
  if (object.startsWith("whk_")) return names.has(object) ? `the webhook “${names.get(object)}”` : "a webhook";
  if (object.startsWith("usr_") || object.startsWith("inv_")) return nameIn(event) ?? names.get(object) ?? "someone";
  return "the clinic";
}

/** The person's name as it was at the time. */
function nameIn(event: AuditEvent): string | null {
  const name = event.nameBefore ?? event.nameAfter;
  return name ? fullName(name) : null;
}

function viewName(event: AuditEvent, names: Names): string {
  const { userId } = event;
  const reader = userId ? `for ${names.get(userId) ?? "someone at the clinic"}` : "not for a specific person";
  return event.study ? `study ${studyName(event)}, ${reader}` : `a view without a study, ${reader}`;
}
