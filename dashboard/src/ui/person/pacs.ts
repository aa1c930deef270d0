import { queryOptions } from "@tanstack/react-query";
import { api, data } from "../../api/client";

/** Whether a PACS can open views: an active API key may issue them. */
export const pacsConnectedQuery = queryOptions({
  queryKey: ["keys", "pacs"],
  queryFn: async ({ signal }) => {
    let cursor: string | undefined;
    do {
      const query = { limit: 100, ...(cursor && { cursor }) };
      const page = await data(api.GET("/v1/apiKeys", { params: { query }, signal }));
      if (page.apiKeys.some((key) => key.status === "active" && key.scopes.includes("access:issue"))) return true;
      cursor = page.hasMore ? (page.cursor ?? undefined) : undefined;
    } while (cursor);
    return false;
  },
  staleTime: 60_000,
});
