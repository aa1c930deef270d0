import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "../api/client";
import { showClinic } from "../api/sessionFetch";

export type Session = Schemas["CurrentSessionView"];

/** Who is signed in, to which clinic, with their permissions as they are now. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<Session> => {
    const session = await data(api.GET("/v1/session"));
    showClinic(session.clinic.clinicId);
    return session;
  },
  staleTime: 60_000,
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
