import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { followCursor } from "../../api/list";

export type User = Schemas["UserView"];

/** The people who can become an owner, by the beginning of a name or address. */
export const candidatesQuery = (ownId: string, q: string) =>
  infiniteQueryOptions({
    queryKey: ["users", "candidates", q],
    queryFn: async ({ pageParam, signal }) => {
      const query = { status: "active" as const, limit: 100, ...(q && { q }), ...(pageParam && { cursor: pageParam }) };
      const { users, cursor, hasMore } = await data(api.GET("/v1/autoScribe/users", { params: { query }, signal }));
      const can = (user: User) => user.hasDashboardAccess && user.level !== "owner" && user.userId !== ownId;
      return { candidates: users.filter(can), cursor: cursor ?? null, hasMore };
    },
    ...followCursor,
  });

export function changeClinic(body: Schemas["ClinicChangeRequest"]): Promise<Schemas["ClinicSettingsView"]> {
  return data(api.PATCH("/v1/clinic", { body }));
}

/** Makes this person an owner, and the caller an admin. `endKeys` revokes the caller's keys that need an owner. */
export async function transferOwnership(userId: string, endKeys: boolean): Promise<void> {
  const body = { userId, ...(endKeys && { keys: "end" as const }) };
  await data(api.POST("/v1/clinic/transfer-ownership", { body }));
}
