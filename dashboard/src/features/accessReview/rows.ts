import type { Schemas } from "../../api/client";
import type { ReviewPage } from "./queries";

type Span = { from: string; until: string };

/** A part of the day in which a person could do the same. Its borders are null where they are those of the day. */
export type Row = {
  key: string;
  person: Schemas["ReviewedPersonView"];
  period: Schemas["PeriodView"];
  from: string | null;
  until: string | null;
};

export function rowsOf(page: ReviewPage): Row[] {
  return page.people.flatMap((person) =>
    person.periods.map((period) => ({
      key: `${person.userId} ${period.from}`,
      person,
      period,
      ...bordersInDay(period, page),
    })),
  );
}

/** When a span began and ended, if that was during the day. */
export function bordersInDay(span: Span, day: Span): { from: string | null; until: string | null } {
  return {
    from: Date.parse(span.from) > Date.parse(day.from) ? span.from : null,
    until: Date.parse(span.until) < Date.parse(day.until) ? span.until : null,
  };
}

/** "20 Nov 2026" for 2026-11-20. */
export function dayInWords(day: string): string {
  const format = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return format.format(new Date(day));
}
