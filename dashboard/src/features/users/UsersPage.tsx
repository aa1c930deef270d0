import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { manages, useSession } from "../../session/queries";
import { useRefresh } from "../../session/refresh";
import { InviteLinks } from "../../ui/InviteLinks";
import { Page } from "../../ui/Page";
import { Pages } from "../../ui/Pages";
import { PeopleTabs } from "../../ui/PeopleTabs";
import type { UserFilters } from "./filters";
import { usersQuery } from "./queries";
import { UserFilterForm } from "./UserFilterForm";
import { UsersEmpty } from "./UsersEmpty";
import { UsersTable } from "./UsersTable";

const AGAIN_MS = 30_000;

/** The clinic's confirmed people. */
export function UsersPage() {
  const filters: UserFilters = useSearch({ from: "/users" });
  const navigate = useNavigate({ from: "/users" });
  const session = useSession();
  const query = useInfiniteQuery(usersQuery(filters));
  // A search can read much of a large clinic.
  useRefresh(["users", "list"], query, filters.q ? null : AGAIN_MS);
  return (
    <Page title="Users" actions={manages(session) && <InviteLinks />}>
      {manages(session) && <PeopleTabs />}
      <UserFilterForm filters={filters} onChange={(search) => void navigate({ search, replace: true })} />
      <Pages
        what="users"
        query={query}
        filters={filters}
        rowsOf={(page) => page.users}
        rowKey={(user) => user.userId}
        empty={
          <UsersEmpty filters={filters} canInvite={manages(session)} onClear={() => void navigate({ search: {} })} />
        }
      >
        {(users, focusKey) => (
          <UsersTable users={users} focusKey={focusKey} more={query.hasNextPage} stale={query.isPlaceholderData} />
        )}
      </Pages>
    </Page>
  );
}
