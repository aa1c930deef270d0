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

const TITLE = "Invite User";

/** Invites one person. `from` names an earlier invitation of the same person. */
export function InvitePage() {
  const { from } = useSearch({ from: "/users/invitations/new" });
  return (
    <ManagersOnly title={TITLE}>
      {from ? (
        <InviteAgain key={from} from={from} />
      ) : (
        <Page title={TITLE} actions={<Link to="/users/invitations/import">Import a list</Link>}>
          <InviteForm source={blank} />
        </Page>
      )}
    </ManagersOnly>
  );
}

function InviteAgain({ from }: { from: string }) {
  const query = useQuery(invitationQuery(from));
  if (query.data) return <Prefilled invitation={query.data} />;
  const gone = query.error instanceof Problem && query.error.status === 404;
  return (
    <Page title={TITLE}>
      {query.isPending ? (
        <Loading what="the invitation" />
      ) : gone ? (
        <p>
          The invitation to repeat does not exist. <Link to="/users/invitations/new">Start with an empty form</Link>.
        </p>
      ) : (
        <ProblemNote error={query.error} onRetry={() => void query.refetch()} />
      )}
    </Page>
  );
}

function Prefilled({ invitation }: { invitation: Invitation }) {
  // What was read first decides. Sending revokes the old invitation, and must not change the form meanwhile.
  const [source] = useState(() => sourceOf(invitation));
  if (!source.replaces) {
    return (
      <Page title={TITLE}>
        <InviteForm source={source} />
      </Page>
    );
  }
  return (
    <Page title="Correct the address" focusTitle={false}>
      <p>
        Send a new invitation to the right address. The old one, to <strong>{invitation.email}</strong>, is revoked.
      </p>
      <InviteForm source={source} />
    </Page>
  );
}
