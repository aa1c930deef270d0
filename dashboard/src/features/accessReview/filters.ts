import { day } from "../../rules/search";

/** The day of the page, as it stands in the URL. Without it, it is today in the clinic's time zone. */
export type ReviewFilters = { at?: string };

export function reviewFilters(search: Record<string, unknown>): ReviewFilters {
  return day(search, "at");
}
