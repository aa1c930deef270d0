import { type ReactNode, useEffect, useState } from "react";
import { Problem } from "../api/problem";

/** Why something did not work, what helps, what names it in the service's logs, and a way to try again. */
export function ProblemNote(props: { error: unknown; onRetry?: () => void; children?: ReactNode }) {
  const { error, onRetry } = props;
  const problem = error instanceof Problem ? error : new Problem(0, {});
  const wait = useCountdown(problem.retryAfter);
  return (
    <div className="problem" role="alert">
      <p>{problem.message}</p>
      {props.children}
      {problem.requestId && (
        <p className="quiet">
          Request ID <code>{problem.requestId}</code>
        </p>
      )}
      {/* Each second of the countdown would be read aloud. */}
      <div aria-live="off">
        {onRetry && (
          <button type="button" disabled={wait > 0} onClick={onRetry}>
            {wait > 0 ? `Try again in ${wait} s` : "Try again"}
          </button>
        )}
        {!onRetry && wait > 0 && <p>You can try again in {wait} s.</p>}
      </div>
    </div>
  );
}

/** Counts the seconds down to 0. */
function useCountdown(seconds: number | null): number {
  const [left, setLeft] = useState(seconds ?? 0);
  useEffect(() => setLeft(seconds ?? 0), [seconds]);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
}
