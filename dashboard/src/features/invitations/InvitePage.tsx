import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Problem } from "../../api/problem";
import { ManagersOnly } from "../../session/ManagersOnly";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import { ProblemNote } from "../../ui/ProblemNote";
import { InviteForm } from "./InviteForm";
import { type Invitation, invitationQuery } from "./queries";
import { blank, sourceOf } from "./source";

/** Invites one person. `from` names an earlier invitation of the same person. */
export function InvitePage() {
  const { from } = useSearch({ from: "/users/invitations/new" });
  return (
    <ManagersOnly title="Invite User">
      <Page title="Invite User" actions={<Link to="/users/invitations/import">Import a list</Link>}>
        {from ? <InviteAgain key={from} from={from} /> : <InviteForm source={blank} />}
      </Page>
    </ManagersOnly>
  );
}

function InviteAgain({ from }: { from: string }) {
  const query = useQuery(invitationQuery(from));
  if (query.isPending) return <Loading what="the invitation" />;
  if (query.error instanceof Problem && query.error.status === 404) {
    return (
      <p>
        The invitation to repeat does not exist. <Link to="/users/invitations/new">Start with an empty form</Link>.
      </p>
    );
  }
  if (!query.data) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  return <Prefilled invitation={query.data} />;
}

function Prefilled({ invitation }: { invitation: Invitation }) {
  // What was read first decides. Sending revokes the old invitation, and must not change the form meanwhile.
  const [source] = useState(() => sourceOf(invitation));
  return (
    <>
      {source.replaces && (
        <p className="note">
          Correct the address. Sending revokes the invitation to <strong>{invitation.email}</strong>, so that its link
          stops working. If the new one is refused, this page says whether the old one still works.
        </p>
      )}
      <InviteForm source={source} />
    </>
  );
}
