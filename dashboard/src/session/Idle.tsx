import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { onSessionUsed } from "../api/sessionFetch";
import { idleSecondsLeft } from "../rules/idle";
import { Dialog } from "../ui/Dialog";
import { ProblemNote } from "../ui/ProblemNote";
import { useSignOut } from "./Leave";
import { sessionQuery, useSession } from "./queries";
import { onOtherTabs, tellOtherTabs } from "./tabs";

/**
 * How many seconds are left of an idle session, and null while there is no need to ask. Other tabs' requests count.
 * The clock can be stopped until the next use.
 */
export function useIdleClock(): { secondsLeft: number | null; stopClock: () => void } {
  const limit = useSession().idleMinutes;
  const lastUse = useRef(Date.now());
  const [secondsLeft, setSecondsLeft] = useState<number | null>(null);
  useEffect(() => {
    const look = () => setSecondsLeft(idleSecondsLeft(lastUse.current, limit, Date.now()));
    const note = () => {
      lastUse.current = Date.now();
      look();
    };
    const stopRequests = onSessionUsed(() => {
      note();
      tellOtherTabs("used");
    });
    const stopTabs = onOtherTabs((change) => change === "used" && note());
    // The clock is read, not counted: a computer that slept counts nothing.
    const timer = setInterval(look, 1000);
    return () => {
      stopRequests();
      stopTabs();
      clearInterval(timer);
    };
  }, [limit]);
  const stopClock = useCallback(() => {
    lastUse.current = Number.POSITIVE_INFINITY;
    setSecondsLeft(null);
  }, []);
  return { secondsLeft, stopClock };
}

/** Asks a person who is about to be signed out, and says so when it happened. */
export function IdleDialog({ seconds, onDismiss }: { seconds: number; onDismiss: () => void }) {
  const queries = useQueryClient();
  const signOut = useSignOut();
  const [error, setError] = useState<unknown>(null);
  const over = seconds === 0;
  // Reading the session is a use of it. If it is over, the sign-in dialog opens.
  const stay = () => {
    if (over) onDismiss();
    queries.fetchQuery({ ...sessionQuery, staleTime: 0 }).catch(setError);
  };
  return (
    <Dialog title={over ? "Your session has ended" : "Are you still there?"} onClose={over ? onDismiss : stay}>
      {over ? (
        <p>No one used this page for a while. Sign in to continue. This page keeps what you entered.</p>
      ) : (
        <p>
          No one has used AutoScribe here for a while. You will be signed out in <TimeLeft seconds={seconds} />.
        </p>
      )}
      {error ? <ProblemNote error={error} /> : null}
      <div className="actions">
        <button type="button" className="first" onClick={stay}>
          {over ? "Sign in" : "Stay signed in"}
        </button>
        {over ? (
          <button type="button" onClick={onDismiss}>
            Not now
          </button>
        ) : (
          <button type="button" onClick={() => void signOut().catch(setError)}>
            Sign out
          </button>
        )}
      </div>
    </Dialog>
  );
}

function TimeLeft({ seconds }: { seconds: number }) {
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  return (
    <span role="timer">
      {minutes}:{rest} minutes
    </span>
  );
}
