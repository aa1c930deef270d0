import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { followCursor, PAGE_ROWS } from "../../api/list";
import { loadActivity } from "../../ui/audit/activity";
import { forgetName } from "../../ui/person/names";
import type { User } from "./queries";

/** A user, with what only the page of one user shows. */
export type UserDetails = Schemas["UserDetailsView"];

export function loadUser(userId: string): Promise<UserDetails> {
  return data(api.GET("/v1/autoScribe/users/{userId}", { params: { path: { userId } } }));
}

export const userQuery = (userId: string) =>
  queryOptions({ queryKey: ["users", "one", userId], queryFn: () => loadUser(userId) });

/** Shows a changed user at once, under the new name. */
export function showUser(queries: QueryClient, user: User): void {
  queries.setQueryData(userQuery(user.userId).queryKey, (before) => ({ ...before, ...user }));
  forgetName(queries, user.userId);
}

export const userViewsQuery = (userId: string) =>
  infiniteQueryOptions({
    queryKey: ["views", "user", userId],
    queryFn: ({ pageParam, signal }) => {
      const query = { userId, active: true, limit: PAGE_ROWS, ...(pageParam && { cursor: pageParam }) };
      return data(api.GET("/v1/access", { params: { query }, signal }));
    },
    ...followCursor,
  });

export const HISTORY_ROWS = 10;

/** The newest records about a user, their invitation and their views. */
export const historyQuery = (userId: string) =>
  queryOptions({
    queryKey: ["activity", "user", userId],
    queryFn: ({ client, signal }) => loadActivity(client, { object: userId, limit: HISTORY_ROWS }, signal),
  });

export type KeyDecision = Schemas["KeyDecisionName"];

export type AccessChange = { kind: "deactivate"; keys?: KeyDecision } | { kind: "reactivate" } | { kind: "release" };

export function changeAccess(userId: string, change: AccessChange) {
  switch (change.kind) {
    case "deactivate": {
      const body = { userId, ...(change.keys && { keys: change.keys }) };
      return data(api.POST("/v1/autoScribe/users/revoke-access", { body }));
    }
    case "reactivate":
      return data(api.POST("/v1/autoScribe/users/reactivate", { body: { userId } }));
    case "release":
      return data(api.POST("/v1/autoScribe/users/release", { body: { userId } }));
  }
}

export function attestNpi(userId: string): Promise<User> {
  return data(api.POST("/v1/autoScribe/users/{userId}/attest-npi", { params: { path: { userId } } }));
}

export function endViews(userId: string) {
  return data(api.POST("/v1/access/revoke", { body: { userId } }));
}
