/** A day of a calendar, as a date field writes it: 2026-12-01. Days begin and end in the reader's zone. */

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** The first instant of a day. */
export function dayStart(day: string): string {
  return midnight(day, 0).toISOString();
}

/** The last instant of a day. A day with a change of the clock is an hour longer or shorter. */
export function dayEnd(day: string): string {
  return new Date(midnight(day, 1).getTime() - 1).toISOString();
}

function midnight(day: string, later: number): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later);
}
