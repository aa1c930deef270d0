import { Link, useParams } from "@tanstack/react-router";
import { Problem } from "../../api/problem";
import { fullName } from "../../rules/names";
import { ManagersOnly } from "../../session/ManagersOnly";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import { ProblemNote } from "../../ui/ProblemNote";
import { InvitationView } from "./InvitationView";
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
      {query.isPending && <Loading what="the invitation" />}
      {query.error && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && <InvitationView invitation={query.data} />}
    </Page>
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
