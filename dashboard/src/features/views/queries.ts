import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { followCursor, PAGE_ROWS } from "../../api/list";
import { Problem } from "../../api/problem";
import { loadNames } from "../../ui/person/names";

/** An open view, with the name of its reader. Null if it is for no particular person, or the name did not come. */
export type View = Schemas["AccessView"] & { reader: string | null };

/** How often an open page asks again. Views come and go without anyone at the dashboard. */
const AGAIN_MS = 10_000;

export const viewsQuery = infiniteQueryOptions({
  queryKey: ["views", "list"],
  queryFn: async ({ pageParam, signal, client }) => {
    const query = { active: true, limit: PAGE_ROWS, ...(pageParam && { cursor: pageParam }) };
    const page = await data(api.GET("/v1/access", { params: { query }, signal }));
    const names = await loadNames(
      client,
      page.access.flatMap((view) => view.userId ?? []),
    );
    return { ...page, views: page.access.map((view) => ({ ...view, reader: names.get(view.userId ?? "") ?? null })) };
  },
  ...followCursor,
});

/**
 * When to ask again. A refusal that names a time is obeyed. A session that is over would open the sign-in dialog each
 * time.
 */
export function askAgainAfter(error: unknown): number | false {
  if (!(error instanceof Problem)) return AGAIN_MS;
  return error.status !== 401 && Math.max(AGAIN_MS, (error.retryAfter ?? 0) * 1000);
}

export function endView(accessId: string) {
  return data(api.POST("/v1/access/revoke", { body: { accessId } }));
}
