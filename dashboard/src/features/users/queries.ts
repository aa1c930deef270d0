import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { followCursor, PAGE_ROWS } from "../../api/list";
import type { UserFilters } from "./filters";

export type User = Schemas["UserView"];

export const usersQuery = (filters: UserFilters) =>
  infiniteQueryOptions({
    queryKey: ["users", "list", filters],
    queryFn: ({ pageParam, signal }) => {
      const { reports, ...others } = filters;
      const query = {
        ...others,
        ...(reports !== undefined && { canCreateReports: reports }),
        limit: PAGE_ROWS,
        ...(pageParam && { cursor: pageParam }),
      };
      return data(api.GET("/v1/autoScribe/users", { params: { query }, signal }));
    },
    ...followCursor,
  });

/** The invitations that a search finds and that can still be confirmed. */
export const waitingQuery = (q: string) =>
  queryOptions({
    queryKey: ["invitations", "waiting", q],
    queryFn: ({ signal }) => {
      const query = { q, status: "sent", expired: "not-expired", limit: PAGE_ROWS } as const;
      return data(api.GET("/v1/autoScribe/users/invitations", { params: { query }, signal }));
    },
  });
