import { emptyPerson, type PersonDraft } from "../../rules/personDraft";
import type { Session } from "../../session/queries";
import { tabStorage } from "../../session/storage";

/**
 * The draft of an invitation, kept until the tab closes or the invitation is sent. It belongs to one person in one
 * clinic: the next person in the same tab does not see it.
 */
export function storedDraft(session: Session, from: string | undefined) {
  const name = ["invite", session.clinic.clinicId, session.user.userId, from ?? "new"].join(" ");
  return {
    read: () => parse(tabStorage.get(name)),
    write: (draft: PersonDraft) => tabStorage.set(name, JSON.stringify(draft)),
    remove: () => tabStorage.remove(name),
  };
}

/** A draft of an earlier version may lack fields or have others. */
function parse(text: string | null): PersonDraft | null {
  if (!text) return null;
  const stored: Record<string, unknown> = JSON.parse(text);
  const known = Object.entries(emptyPerson).map(([name, value]) => [
    name,
    typeof stored[name] === typeof value ? stored[name] : value,
  ]);
  return Object.fromEntries(known) as PersonDraft;
}
