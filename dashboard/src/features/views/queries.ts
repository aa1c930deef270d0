import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { followCursor, PAGE_ROWS } from "../../api/list";
import { loadNames } from "../../ui/person/names";

/** An open view, with the name of its reader. Null if it is for no particular person, or the name did not come. */
export type View = Schemas["AccessView"] & { reader: string | null };

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

export function endView(accessId: string) {
  return data(api.POST("/v1/access/revoke", { body: { accessId } }));
}
