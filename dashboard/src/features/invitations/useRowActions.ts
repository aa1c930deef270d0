import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { fullName } from "../../rules/names";
import { useRowFocus } from "../../ui/useRowFocus";
import { type Invitation, resendInvitation, revokeInvitation } from "./queries";

/** What the rows of a list can do, what is asked first, what came of it, and which row has the focus after. */
export function useRowActions(rows: Invitation[], version: string) {
  const { focusKey, act } = useRowFocus(
    rows.map((one) => one.invitationId),
    version,
  );
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const [done, setDone] = useState("");
  const resend = useMutation({
    mutationFn: ({ invitationId }: Invitation) => resendInvitation(invitationId),
    onMutate: () => setDone(""),
    onSuccess: (_, invitation) => {
      setDone(`A new email goes to ${fullName(invitation)}. The link of the last one no longer works.`);
      act(invitation.invitationId, true);
    },
  });
  const revoke = useMutation({
    mutationFn: ({ invitationId }: Invitation) => revokeInvitation(invitationId),
    onSuccess: (_, invitation) => {
      setRevoking(null);
      setDone(`The invitation of ${fullName(invitation)} is revoked.`);
      act(invitation.invitationId, false);
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
