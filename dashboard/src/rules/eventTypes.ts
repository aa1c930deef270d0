import type { Schemas } from "../api/client";

export type EventType = Schemas["EventTypeName"];
type Words = { label: string; sentence: string };

/** What a webhook can get, in the groups of the form. */
export const eventGroups: { name: string; types: [EventType, Words][] }[] = [
  {
    name: "Invitations",
    types: [
      ["invitation.created", { label: "Invitation sent", sentence: "A person was invited." }],
      ["invitation.edited", { label: "Invitation changed", sentence: "Its names, role or permissions changed." }],
      ["invitation.resent", { label: "Invitation resent", sentence: "It was emailed again, with a new link." }],
      ["invitation.accepted", { label: "Invitation confirmed", sentence: "The person is a user now." }],
      ["invitation.rejected", { label: "Invitation declined", sentence: "The person declined." }],
      ["invitation.revoked", { label: "Invitation revoked", sentence: "Someone revoked it." }],
      ["invitation.expired", { label: "Invitation expired", sentence: "No one answered it in time." }],
      [
        "invitation.delivery_changed",
        { label: "Invitation email", sentence: "Its email was sent, arrived, is delayed or did not arrive." },
      ],
    ],
  },
  {
    name: "Users",
    types: [
      ["user.updated", { label: "User changed", sentence: "Names, role, permissions or the NPI changed." }],
      ["user.deactivated", { label: "User deactivated", sentence: "The person has no access now." }],
      ["user.reactivated", { label: "User reactivated", sentence: "The person has access again." }],
      ["user.released", { label: "User released", sentence: "The address and the NPI can be used again." }],
      [
        "npi.status_changed",
        { label: "NPI checked", sentence: "The registry gave another answer, or someone attested an NPI." },
      ],
      ["ownership.transferred", { label: "Ownership transferred", sentence: "Someone became an owner." }],
      [
        "session.locked",
        { label: "Sign-in locked", sentence: "There were too many wrong passwords for a person's address." },
      ],
    ],
  },
  {
    name: "Views",
    types: [
      ["access.issued", { label: "View link created", sentence: "A link to a view was made." }],
      ["access.opened", { label: "View opened", sentence: "The link was opened." }],
      ["access.ended", { label: "View ended", sentence: "The view reached its end, or its link expired." }],
      ["access.revoked", { label: "View ended early", sentence: "Someone ended a view or its link." }],
      ["access.refused", { label: "View blocked", sentence: "A link did not open, or a view could not go on." }],
    ],
  },
  {
    name: "Keys",
    types: [
      ["api_key.created", { label: "API key created", sentence: "Someone created an API key." }],
      ["api_key.rotated", { label: "API key rotated", sentence: "An API key got another secret." }],
      ["api_key.revoked", { label: "API key revoked", sentence: "An API key stopped working." }],
      [
        "signing_key.rotated",
        { label: "Signing keys changed", sentence: "AutoScribe changed the keys that sign the tokens of views." },
      ],
    ],
  },
];

const labels = new Map<string, string>([
  ...eventGroups.flatMap(({ types }) => types.map(([type, { label }]): [string, string] => [type, label])),
  ["webhook.challenge", "Challenge"],
  ["webhook.test", "Test event"],
]);

/** What kind of event it is. The service may have newer ones than this page. */
export function eventLabel(type: string): string {
  return labels.get(type) ?? type;
}

const MOST_NAMED = 3;

/** Which events a webhook gets, for a list. */
export function eventWords(types: EventType[] | null | undefined): string {
  if (!types) return "All events";
  return types.length > MOST_NAMED ? `${types.length} kinds of events` : allEventWords(types);
}

/** Which events a webhook gets, one by one. */
export function allEventWords(types: EventType[] | null | undefined): string {
  if (!types) return "All events, including kinds that are added later";
  return types.map(eventLabel).join(", ");
}
