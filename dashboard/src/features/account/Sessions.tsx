import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "../../api/client";
import { Problem } from "../../api/problem";
import { Loading } from "../../ui/Loading";
import { ProblemNote } from "../../ui/ProblemNote";
import { Skipped } from "../../ui/Skipped";
import { endOtherSessions, endSession, type OwnSession, sessionsQuery } from "./queries";
import { SessionsTable } from "./SessionsTable";

/** Where the person is signed in, and how to end that. */
export function Sessions({ clinics }: { clinics: Schemas["ClinicView"][] }) {
  const query = useQuery(sessionsQuery);
  const [said, setSaid] = useState("");
  const [refused, setRefused] = useState<Error | null>(null);
  const settle = (error: Error | null, done: string) => {
    setSaid(error ? "" : done);
    setRefused(error);
  };
  const end = useMutation({
    mutationFn: endOrGone,
    onMutate: () => settle(null, ""),
    onSettled: (_, error) => settle(error, "The session has ended."),
  });
  const endOthers = useMutation({
    mutationFn: endOtherSessions,
    onMutate: () => settle(null, ""),
    onSettled: (_, error) => settle(error, "Your other sessions have ended."),
  });
  const status = useRef<HTMLParagraphElement>(null);
  // The button that had the focus goes with the other sessions.
  useEffect(() => {
    if (endOthers.isSuccess) status.current?.focus();
  }, [endOthers.isSuccess]);
  const busy = end.isPending || endOthers.isPending;
  const error = query.error ?? refused;
  const sessions = query.data?.sessions ?? [];
  return (
    <section aria-labelledby="sessions">
      <div className="section-head">
        <h2 id="sessions">Where you are signed in</h2>
        {sessions.length > 1 && (
          <button type="button" aria-disabled={busy} onClick={() => !busy && endOthers.mutate()}>
            Sign out everywhere else
          </button>
        )}
      </div>
      <p>If you don't recognize one, end it and change your password.</p>
      {query.isPending && <Loading what="your sessions" />}
      {error && <ProblemNote error={error} {...(query.error && { onRetry: () => void query.refetch() })} />}
      {sessions.length > 0 && (
        <SessionsTable sessions={sessions} clinics={clinics} onEnd={(one) => !busy && end.mutate(one)} />
      )}
      <Skipped what="session" count={query.data?.skipped} />
      <p role="status" ref={status} tabIndex={-1}>
        {said}
      </p>
    </section>
  );
}

/** A session that ended meanwhile is what was asked for. */
async function endOrGone(session: OwnSession): Promise<void> {
  try {
    await endSession(session);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "session_not_found") throw error;
  }
}
