import { useQuery, useQueryClient } from "@tanstack/react-query";
import { deliveryWords } from "../../rules/delivery";
import { delivery } from "../../rules/words";
import { type Activity, loadActivity } from "../../ui/audit/activity";
import { Changes } from "../../ui/audit/Changes";
import { Loading } from "../../ui/Loading";
import { ProblemNote } from "../../ui/ProblemNote";
import { Status } from "../../ui/Status";
import { Time } from "../../ui/Time";
import type { Invitation } from "./queries";

/** What happened to the invitation, newest first, with what became of the newest email. */
export function Timeline({ invitation }: { invitation: Invitation }) {
  const { invitationId } = invitation;
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ["invitations", "timeline", invitationId, invitation.updatedAt],
    queryFn: ({ signal }) => loadActivity(queries, { object: invitationId, limit: 100 }, signal),
    placeholderData: (last) => last,
  });
  const rows = query.data?.rows ?? [];
  const emailed = rows.findIndex(({ event }) => sends.includes(event.action));
  return (
    <section className="card panel">
      <h2>Activity</h2>
      {query.isPending && <Loading what="the activity" />}
      {query.error && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      <ol className="timeline" aria-label="Activity">
        {rows.map((row, index) => (
          <Entry
            key={row.event.eventId}
            row={row}
            email={index === emailed ? invitation : null}
            reason={row.event.action === "invitation.rejected" ? invitation.rejectReason : undefined}
          />
        ))}
      </ol>
    </section>
  );
}

const sends = ["invitation.created", "invitation.resent"];

function Entry(props: { row: Activity; email: Invitation | null; reason: string | undefined }) {
  const { row, email, reason } = props;
  return (
    <>
      {email && (
        <li>
          Email: <Status word={delivery[email.delivery]} />
          <span className="quiet">{deliveryWords(email)}</span>
        </li>
      )}
      <li>
        {row.sentence}
        {reason && <q>{reason}</q>}
        <span className="quiet">
          <Time at={row.event.at} />
        </span>
        {row.event.action !== "invitation.created" && <Changes changes={row.changes} />}
      </li>
    </>
  );
}
