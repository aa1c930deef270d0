import { Link } from "@tanstack/react-router";
import { Problem } from "../../api/problem";
import { ChangedMeanwhile } from "./saveUser";

/** What helps after a refused change: what someone else changed, or the way to what is in the way. */
export function EditRefused({ error }: { error: unknown }) {
  if (error instanceof ChangedMeanwhile) return <Meanwhile error={error} />;
  if (!(error instanceof Problem)) return null;
  const { userId, invitationId } = error.body;
  if (error.code === "last_owner") {
    return (
      <p>
        <Link to="/clinic">Transfer ownership</Link>
      </p>
    );
  }
  if (typeof invitationId === "string") {
    return (
      <p>
        <Link to="/users/invitations/$invitationId" params={{ invitationId }}>
          Open the invitation that has this NPI
        </Link>
      </p>
    );
  }
  if (typeof userId === "string") {
    return (
      <p>
        <Link to="/users/$userId" params={{ userId }}>
          Open the user who has this NPI
        </Link>
      </p>
    );
  }
  return null;
}

function Meanwhile({ error }: { error: ChangedMeanwhile }) {
  return (
    <ul>
      {error.differences.map(({ field, label, before, after }) => (
        <li key={field}>
          {label}: {before} before, {after} now
        </li>
      ))}
    </ul>
  );
}
