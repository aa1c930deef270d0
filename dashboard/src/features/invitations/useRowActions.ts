import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { fullName } from "../../rules/names";
import { type Invitation, resendInvitation, revokeInvitation } from "./queries";

/**
 * What the rows of a list can do, what is asked first, what came of it, and which row has the focus after. `version`
 * changes with the filters and with each page of the list, which have a focus of their own.
 */
export function useRowActions(version = "") {
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const [done, setDone] = useState("");
  const [focusKey, setFocusKey] = useState<string | null>(null);
  const resend = useMutation({
    mutationFn: ({ invitationId }: Invitation) => resendInvitation(invitationId),
    onMutate: () => setDone(""),
    onSuccess: (_, invitation) =>
      setDone(`A new invitation is on its way to ${fullName(invitation)}. The link in the last email no longer works.`),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list says nothing of it and has its own focus.
  useEffect(() => {
    setFocusKey(null);
    setDone("");
    resend.reset();
  }, [version]);
  const revoke = useMutation({
    mutationFn: ({ invitationId }: Invitation) => revokeInvitation(invitationId),
    onSuccess: (_, invitation) => {
      setRevoking(null);
      setDone(`The invitation for ${fullName(invitation)} is revoked.`);
      // Its button is gone.
      setFocusKey(invitation.invitationId);
    },
  });
  return {
    focusKey,
    done,
    resend,
    revoke,
    revoking,
    ask: (invitation: Invitation | null) => {
      revoke.reset();
      setRevoking(invitation);
    },
  };
}

export type RowActions = ReturnType<typeof useRowActions>;
