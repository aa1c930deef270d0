import { draftOf, emptyPerson, type PersonDraft } from "../../rules/personDraft";
import type { Faults } from "../../rules/personFaults";
import type { Invitation } from "./queries";

/** Where a new invitation begins: with nothing, or with the person of an earlier invitation. */
export type Source = {
  from: string | undefined;
  draft: PersonDraft;
  /** The pending invitation that sending revokes. */
  replaces: string | null;
  check: (draft: PersonDraft, faults: Faults) => Faults;
};

export const blank: Source = { from: undefined, draft: emptyPerson, replaces: null, check: (_, faults) => faults };

/** A pending invitation is replaced, because its address is wrong. An ended one is only repeated. */
export function sourceOf(invitation: Invitation): Source {
  const { invitationId, email, level } = invitation;
  // Nobody can be invited as an owner.
  const draft: PersonDraft = { ...draftOf(invitation), level: level === "owner" ? "admin" : level };
  if (invitation.status !== "sent") return { ...blank, from: invitationId, draft };
  return {
    from: invitationId,
    draft,
    replaces: invitationId,
    check: (now, faults) => (sameAddress(now.email, email) ? new Map([...faults, ["email", UNCHANGED]]) : faults),
  };
}

const UNCHANGED = "Change the address. To email the same one again, resend the invitation instead.";

function sameAddress(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}
