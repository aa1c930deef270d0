const MINUTE = 60_000;

/** How long before the end the person is asked, in seconds. */
export const WARNING_SECONDS = 120;

/**
 * How many seconds are left of an idle session, from two minutes on. Null before. The service notes the last use once
 * a minute at most, so the session can end a minute early.
 */
export function idleSecondsLeft(lastUse: number, limitMinutes: number, now: number): number | null {
  const left = Math.ceil((lastUse + (limitMinutes - 1) * MINUTE - now) / 1000);
  return left > WARNING_SECONDS ? null : Math.max(0, left);
}
