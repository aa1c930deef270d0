import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Problem } from "../../api/problem";
import { type Invitation, invitationQuery } from "./queries";

const EVERY_MS = 2_000;
const FOR_MS = 20_000;

/** An invitation. While its email is on its way, it is read again for a short time, since most arrive in seconds. */
export function usePolledInvitation(invitationId: string) {
  const since = useRef(Date.now());
  const query = useQuery({
    ...invitationQuery(invitationId),
    refetchInterval: ({ state: { data, error } }) =>
      onItsWay(data) && !isSignedOut(error) && Date.now() - since.current < FOR_MS && EVERY_MS,
  });
  const sends = query.data?.sendCount;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new email begins the time again.
  useEffect(() => {
    since.current = Date.now();
  }, [sends]);
  return query;
}

function onItsWay(invitation: Invitation | undefined): boolean {
  return invitation?.status === "sent" && (invitation.delivery === "queued" || invitation.delivery === "sent");
}

/** Reading again would open the sign-in dialog each time. */
function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && error.status === 401;
}
