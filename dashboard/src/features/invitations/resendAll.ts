import { Problem } from "../../api/problem";
import { fullName } from "../../rules/names";
import { type Invitation, loadPage, resendInvitation } from "./queries";

/** How far the resending of several invitations has come. */
export type Progress = { total: number; sent: number; failed: { name: string; reason: string }[] };

/** Every invitation that has expired. */
export async function loadExpired(signal?: AbortSignal): Promise<Invitation[]> {
  const all: Invitation[] = [];
  let cursor: string | undefined;
  do {
    const page = await loadPage({ show: "expired" }, cursor, 100, signal);
    all.push(...page.invitations);
    cursor = page.hasMore ? (page.cursor ?? undefined) : undefined;
  } while (cursor);
  return all;
}

// After one of these, the next invitation would only fail in the same way.
const ENDS = [
  "offline",
  "unreadable",
  "unavailable",
  "invitation_quota",
  "unauthenticated",
  "clinic_changed",
  "password_needed",
];

/** Resends these invitations and no other, one after another. Stops when the rest can't be sent either. */
export async function resendAll(
  invitations: Invitation[],
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  let progress: Progress = { total: invitations.length, sent: 0, failed: [] };
  onProgress(progress);
  for (const invitation of invitations) {
    if (signal.aborted) return;
    try {
      await resendInvitation(invitation.invitationId);
      progress = { ...progress, sent: progress.sent + 1 };
    } catch (error) {
      const reason = (error instanceof Problem ? error : new Problem(0, {})).message;
      progress = { ...progress, failed: [...progress.failed, { name: fullName(invitation), reason }] };
      if (error instanceof Problem && ENDS.includes(error.code)) {
        onProgress(progress);
        return;
      }
    }
    onProgress(progress);
  }
}
