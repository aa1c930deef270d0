import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "../api/client";

export type Session = Schemas["CurrentSessionView"];

/** Who is signed in, to which clinic, with their permissions as they are now. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: (): Promise<Session> => data(api.GET("/v1/session")),
  staleTime: 60_000,
  // Someone else may have signed in in another tab.
  refetchOnWindowFocus: "always",
});

/** The settings of the clinic. Only for those who manage it. */
export const clinicQuery = queryOptions({
  queryKey: ["clinic"],
  queryFn: ({ signal }): Promise<Schemas["ClinicSettingsView"]> => data(api.GET("/v1/clinic", { signal })),
});

/** The session of the page. The shell renders its pages only once it is there. */
export function useSession(): Session {
  const { data: session } = useQuery(sessionQuery);
  if (!session) throw new Error("rendered without a session");
  return session;
}

/** Whether this person manages the clinic's people. */
export function manages(session: Session): boolean {
  return session.user.level !== "member";
}

/** Whether this person may see the clinic's people. */
export function seesUsers(session: Session): boolean {
  return manages(session) || session.user.canManageStudies;
}
