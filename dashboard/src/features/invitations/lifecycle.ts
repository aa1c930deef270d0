import { invitationStatus, type Word } from "../../rules/words";
import type { Invitation } from "./queries";

type Dated = Pick<Invitation, "status" | "expiry">;

/** Whether the link of the invitation has expired before anyone answered. */
export function isExpired({ status, expiry }: Dated, now = Date.now()): boolean {
  return status === "sent" && Date.parse(expiry) <= now;
}

/** Whether the person can still answer. */
export function isOpen(invitation: Dated, now = Date.now()): boolean {
  return invitation.status === "sent" && !isExpired(invitation, now);
}

export function statusWord(invitation: Dated): Word {
  return invitationStatus[isExpired(invitation) ? "expired" : invitation.status];
}
