import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { InvitationFilters, View } from "./filters";
import { type Count, summaryQuery } from "./queries";

export const viewNames: Record<View, string> = {
  open: "Waiting",
  notDelivered: "Not delivered",
  expired: "Expired",
  npi: "NPI to check",
  accepted: "Confirmed",
  declined: "Declined",
  revoked: "Revoked",
};

/** The views of the list. Those that need someone to do something say how many they have. */
export function InvitationChips({ filters: { q } }: { filters: InvitationFilters }) {
  const { data: summary } = useQuery(summaryQuery);
  const search = { ...(q && { q }) };
  const counts: Partial<Record<View, Count | undefined>> = {
    open: summary?.open,
    notDelivered: summary?.notDelivered,
    expired: summary?.expired,
    npi: summary?.npiTrouble,
  };
  return (
    <nav className="chips" aria-label="Which invitations">
      <Link to="/users/invitations" search={search} activeOptions={{ exact: true }}>
        All
      </Link>
      {(Object.keys(viewNames) as View[]).map((show) => (
        <Link key={show} to="/users/invitations" search={{ ...search, show }} activeOptions={{ exact: true }}>
          {viewNames[show]}
          {counts[show] && ` (${countWords(counts[show])})`}
        </Link>
      ))}
    </nav>
  );
}

/** "100+": the API stops counting. */
export function countWords({ count, more }: Count): string {
  return more ? `${count}+` : String(count);
}
