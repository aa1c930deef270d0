import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Outcome } from "../../ui/Outcome";
import { ProblemNote } from "../../ui/ProblemNote";
import { revokeInvitation } from "./queries";
import type { OldOneStays } from "./useInvite";

/** The new invitation was sent, and the old one could not be revoked after it. */
export function NotRevoked({ error, old }: { error: OldOneStays; old: string }) {
  const revoke = useMutation({ mutationFn: () => revokeInvitation(old) });
  return (
    <>
      <Outcome>
        <p>
          The new invitation is sent. {revoke.isSuccess ? "The old one is revoked." : "The old one was not revoked."}
        </p>
        <p>
          <Link to="/users/invitations/$invitationId" params={{ invitationId: error.invitationId }}>
            Open the new invitation
          </Link>
        </p>
        {!revoke.isSuccess && (
          <p>
            <Link to="/users/invitations/$invitationId" params={{ invitationId: old }}>
              Open the old invitation
            </Link>
          </p>
        )}
      </Outcome>
      {!revoke.isSuccess && (
        <ProblemNote
          error={revoke.error ?? error.cause}
          onRetry={() => {
            if (!revoke.isPending) revoke.mutate();
          }}
        />
      )}
    </>
  );
}
