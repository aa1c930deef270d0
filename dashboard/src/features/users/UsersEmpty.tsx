import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Empty } from "../../ui/Empty";
import type { UserFilters } from "./filters";
import { waitingQuery } from "./queries";

/** Why no users are listed: no one has confirmed yet, or the search and the filters leave no one. */
export function UsersEmpty(props: { filters: UserFilters; canInvite: boolean; onClear: () => void }) {
  const { canInvite } = props;
  const { q, ...others } = props.filters;
  const filtered = Object.values(others).some((value) => value !== undefined);
  if (q || filtered) {
    return (
      <Empty
        title={q ? `No user matches “${q}”${filtered ? " and these filters" : ""}` : "No one matches these filters"}
      >
        {q && canInvite && <Invited q={q} />}
        <button type="button" onClick={props.onClear}>
          {filtered ? "Clear the filters" : "Clear the search"}
        </button>
      </Empty>
    );
  }
  return (
    <Empty title="No one has confirmed yet">
      {canInvite && (
        <p>
          People appear here once they confirm their invitation. See{" "}
          <Link to="/users/invitations">the invitations</Link>.
        </p>
      )}
    </Empty>
  );
}

/** The way to people who have not confirmed yet, and how many of them the search finds. */
function Invited({ q }: { q: string }) {
  const { data } = useQuery(waitingQuery(q));
  const count = data?.invitations.length ?? 0;
  return (
    <>
      <p>
        <Link to="/users/invitations" search={{ q }}>
          Search the invitations for “{q}”
        </Link>
      </p>
      <p role="status">{count > 0 && `${countWords(count, data?.hasMore)} invited and can still confirm.`}</p>
    </>
  );
}

function countWords(count: number, more = false): string {
  if (more) return `More than ${count} people are`;
  return count === 1 ? "1 person is" : `${count} people are`;
}
