import type { AuditEvent } from "./audit";
import { fullName } from "./names";
import { permissionWords } from "./permissions";
import { npiStatus } from "./words";

/** Something that an event changed, in words. Without `before` it is new. */
export type Change = { what: string; before: string | null; after: string | null };

/** What the event changed: names, the receiver of a webhook, permissions, NPI. Nothing that stayed the same. */
export function changesOf(event: AuditEvent): Change[] {
  const { before, after, nameBefore, nameAfter, receiverBefore, receiverAfter } = event;
  const all: Change[] = [
    { what: "Name", before: nameBefore ? fullName(nameBefore) : null, after: nameAfter ? fullName(nameAfter) : null },
    { what: "Receiver", before: receiverBefore ?? null, after: receiverAfter ?? null },
    { what: "Permissions", before: permissionText(before), after: permissionText(after) },
    { what: "NPI", before: npiText(before), after: npiText(after) },
  ];
  return all.filter((change) => change.before !== change.after);
}

type Recorded = AuditEvent["before"];

function permissionText(recorded: Recorded): string | null {
  return recorded ? permissionWords(recorded).join(", ") : null;
}

function npiText(recorded: Recorded): string | null {
  if (!recorded?.npiNumber) return null;
  const attested = recorded.npiAttestedBy ? ", attested" : "";
  return `${recorded.npiNumber}, ${npiStatus[recorded.npiVerification].text}${attested}`;
}
