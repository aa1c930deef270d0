import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Problem } from "../../api/problem";
import { fullName } from "../../rules/names";
import { manages, useSession } from "../../session/queries";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import { ProblemNote } from "../../ui/ProblemNote";
import { UserSections } from "./UserSections";
import { userQuery } from "./userQueries";

/** One confirmed person. */
export function UserPage() {
  const { userId } = useParams({ from: "/users/$userId" });
  // Another person begins with another page: nothing entered for one is kept for the other.
  return <UserView key={userId} userId={userId} />;
}

function UserView({ userId }: { userId: string }) {
  const { data: user, error, isPending, refetch } = useQuery(userQuery(userId));
  if (isGone(error)) return <Gone userId={userId} />;
  return (
    <Page title={user ? fullName(user) : "User"}>
      <p>
        <Link to="/users">All users</Link>
      </p>
      {error && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="the user" />}
      {user && <UserSections user={user} />}
    </Page>
  );
}

/** Whether the id means no one: the person was never here, or is of another clinic. */
function isGone(error: unknown): boolean {
  return error instanceof Problem && (error.status === 404 || error.status === 422);
}

function Gone({ userId }: { userId: string }) {
  const session = useSession();
  return (
    <Page title="User not found">
      <p>
        {session.clinic.name} has no confirmed person at this web address. The link may be old, or belong to another
        clinic.
      </p>
      {manages(session) && (
        <p>
          If the person has not confirmed yet,{" "}
          <Link to="/users/invitations/$invitationId" params={{ invitationId: userId.replace("usr_", "inv_") }}>
            open the invitation
          </Link>
          .
        </p>
      )}
      <p>
        <Link to="/users">Back to the users</Link>
      </p>
    </Page>
  );
}
