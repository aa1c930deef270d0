/** "3 Dec, 10:35 PST": a time in the reader's zone, with the zone's name and, in another year, the year. */
export function timeInWords(instant: string, now: Date = new Date(), timeZone?: string): string {
  const at = new Date(instant);
  const year = at.getFullYear() === now.getFullYear() ? undefined : ("numeric" as const);
  const format = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    ...(year && { year }),
    ...(timeZone && { timeZone }),
  });
  // en-GB orders the date as the design does. en-US knows the American names of zones.
  const clock = new Intl.DateTimeFormat("en-US", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
    ...(timeZone && { timeZone }),
  });
  return `${format.format(at)}, ${clock.format(at)}`;
}
