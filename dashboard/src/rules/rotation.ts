import type { Schemas } from "../api/client";

const MAX_OVERLAP_HOURS = 168;

/** What is wrong with the hours that an old secret still works. */
export function overlapFault(hours: string): string | null {
  const right = /^\s*\d{1,3}\s*$/.test(hours) && Number(hours) <= MAX_OVERLAP_HOURS;
  return right ? null : `Enter a whole number from 0 to ${MAX_OVERLAP_HOURS}.`;
}

/**
 * Which secret of an earlier rotation stops at once with the next one. A newest secret that was never used may have
 * been lost on its way, so a rotation with an overlap keeps the one that is in use.
 */
export function rotationEnds(secrets: Schemas["KeySecretView"][], overlapHours: number): "older" | "newest" | null {
  const [older, newest] = secrets;
  if (!older || !newest) return null;
  return overlapHours > 0 && !newest.lastUsedAt ? "newest" : "older";
}
