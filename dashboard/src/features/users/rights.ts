import type { Session } from "../../session/queries";
import type { User } from "./queries";

/** Why a manager may not change this user at all. Null if they may. */
export function whyNotChange(session: Session, user: User): string | null {
  if (user.level === "owner" && session.user.level !== "owner") {
    return "Only an owner can change an owner. Ask an owner of your clinic.";
  }
  return null;
}

export function isSelf(session: Session, user: User): boolean {
  return session.user.userId === user.userId;
}
