import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { fullName } from "../../rules/names";
import { Changes } from "../../ui/audit/Changes";
import { Loading } from "../../ui/Loading";
import { ProblemNote } from "../../ui/ProblemNote";
import { Time } from "../../ui/Time";
import type { User } from "./queries";
import { historyQuery } from "./userQueries";

/** The newest records about the person, and the way to all of them. */
export function UserHistory({ user }: { user: User }) {
  const { data, error, isPending, refetch } = useQuery(historyQuery(user.userId));
  const name = fullName(user);
  return (
    <section className="card panel" aria-labelledby="history">
      <h2 id="history">Activity</h2>
      {error && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="the activity" />}
      {data?.rows.length === 0 && <p className="quiet">Nothing is recorded.</p>}
      <ul className="history">
        {data?.rows.map(({ event, sentence, changes }) => (
          <li key={event.eventId}>
            {sentence} <Time at={event.at} />
            <Changes changes={changes} />
          </li>
        ))}
      </ul>
      <p className="actions">
        <Link to="/activity" search={{ who: user.userId }}>
          Everything about {name}
        </Link>
        <Link to="/activity" search={{ who: user.userId, side: "by" }}>
          What {name} did
        </Link>
      </p>
    </section>
  );
}
