import type { Schemas } from "../../api/client";
import { choice, flag, text } from "../../rules/search";

/** The filters of the list, as they stand in the URL. */
export type UserFilters = {
  q?: string;
  status?: Schemas["UserStatusName"];
  level?: Schemas["LevelName"];
  reports?: boolean;
  assignable?: boolean;
};

/** The filters of a URL. */
export function userFilters(search: Record<string, unknown>): UserFilters {
  return {
    ...text(search, "q"),
    ...choice(search, "status", ["active", "deactivated", "released"]),
    ...choice(search, "level", ["owner", "admin", "member"]),
    ...flag(search, "reports"),
    ...flag(search, "assignable"),
  };
}
