import { infiniteQueryOptions } from "@tanstack/react-query";
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
