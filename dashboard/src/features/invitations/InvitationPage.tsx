import { Link, useLocation, useParams } from "@tanstack/react-router";
import { Problem } from "../../api/problem";
import { isUndelivered } from "../../rules/delivery";
import { fullName } from "../../rules/names";
import { ManagersOnly } from "../../session/ManagersOnly";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import { ProblemNote } from "../../ui/ProblemNote";
import { InvitationView } from "./InvitationView";
import type { Invitation } from "./queries";
import { usePolledInvitation } from "./usePolledInvitation";

/** One invitation: what became of it, what it offers, and what can be done about it. */
export function InvitationPage() {
  const { invitationId } = useParams({ from: "/users/invitations/$invitationId" });
  return (
    <ManagersOnly title="Invitation">
      <Loaded key={invitationId} invitationId={invitationId} />
    </ManagersOnly>
  );
}

function Loaded({ invitationId }: { invitationId: string }) {
  const query = usePolledInvitation(invitationId);
  if (query.error instanceof Problem && query.error.status === 404) return <Gone />;
  return (
    <Page title={query.data ? fullName(query.data) : "Invitation"}>
      <p>
        <Link to="/users/invitations">All invitations</Link>
      </p>
      <JustSent invitation={query.data} />
      {query.isPending && <Loading what="the invitation" />}
      {query.error && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && <InvitationView invitation={query.data} />}
    </Page>
  );
}

/** What the form before this page did. The region is there before its words, so that they are read aloud. */
function JustSent({ invitation }: { invitation: Invitation | undefined }) {
  const invited = useLocation({ select: ({ state }) => state.invited });
  const fresh = invitation?.status === "sent" && invitation.sendCount === 1 && !isUndelivered(invitation);
  return (
    <div role="status">{invited && fresh && <p className="note good">Invitation sent to {invitation.email}.</p>}</div>
  );
}

function Gone() {
  return (
    <Page title="Invitation not found">
      <p>
        Your clinic has no invitation at this web address. See <Link to="/users/invitations">all invitations</Link>.
      </p>
    </Page>
  );
}
