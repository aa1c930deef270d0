import { choice, day, text } from "../../rules/search";

/** The filters of the page, as they stand in the URL. */
export type ActivityFilters = {
  /** A person (`usr_...`, `inv_...`) or an API key (`key:...`). */
  who?: string;
  /** What they did themselves, instead of what was done to them. */
  side?: "by";
  /** An action as the API names it. The page knows which there are. */
  action?: string;
  /** The first and last day, such as 2026-12-01. */
  from?: string;
  to?: string;
};

/** The filters of a URL. */
export function activityFilters(search: Record<string, unknown>): ActivityFilters {
  const { who } = text(search, "who");
  const { action } = text(search, "action");
  return {
    ...(who && /^(usr_|inv_|key:)[0-9a-f-]{32,36}$/.test(who) && { who }),
    ...choice(search, "side", ["by"]),
    ...(action && /^[a-z_]+\.[a-z_]+$/.test(action) && { action }),
    ...day(search, "from"),
    ...day(search, "to"),
  };
}
