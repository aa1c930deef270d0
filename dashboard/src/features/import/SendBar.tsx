import { Link } from "@tanstack/react-router";
import type { RefObject } from "react";
import type { Problem } from "../../api/problem";
import { toCsv } from "../../rules/csv";
import { downloadText } from "../../ui/download";
import { ProblemNote } from "../../ui/ProblemNote";
import { Time } from "../../ui/Time";
import { resultRows } from "./results";
import { countsInWords, type Judged, type Standing } from "./rows";
import type { ImportState } from "./state";

/** How many rows stand where, how far the sending is, and what can be done now. */
export function SendBar(props: {
  state: ImportState;
  judged: Judged[];
  counts: Record<Standing, number>;
  busy: boolean;
  summary: RefObject<HTMLParagraphElement | null>;
  onSend: () => void;
  onFix: () => void;
  onBack: () => void;
}) {
  const { counts, busy } = props;
  const { progress, stopped, open } = props.state;
  const canSend = counts.ready > 0 && !open && !busy;
  const finished = counts.sent > 0 && counts.ready + counts.fix + counts.sending === 0;
  return (
    <div className="card panel">
      <p role="status" ref={props.summary} tabIndex={-1}>
        <strong>{countsInWords(counts, progress !== null)}</strong>
      </p>
      {progress && (busy || stopped) && (
        <p>
          <progress max={progress.total} value={progress.done} aria-label="Sending" />{" "}
          <span role="status">
            {progress.done} of {progress.total} done
          </span>
        </p>
      )}
      {stopped && !busy && <Stopped problem={stopped} onGoOn={props.onSend} />}
      <div className="actions">
        {counts.fix > 0 && (
          <button type="button" className="first" onClick={props.onFix}>
            Go to the first problem
          </button>
        )}
        {(canSend || busy) && (
          <button
            type="button"
            className={counts.fix > 0 ? undefined : "first"}
            aria-disabled={busy}
            onClick={() => !busy && props.onSend()}
          >
            {busy
              ? "Sending…"
              : counts.fix > 0
                ? `Send the ${counts.ready} that ${counts.ready === 1 ? "is" : "are"} ready`
                : `Send ${invitations(counts.ready)}`}
          </button>
        )}
        {counts.sent > 0 && !busy && (
          <Link to="/users/invitations" className={finished ? "button first" : "button"}>
            Go to the invitations
          </Link>
        )}
        {progress && !busy && (
          <button
            type="button"
            onClick={() => downloadText("invitations.csv", toCsv(resultRows(props.judged, location.origin)))}
          >
            Download results
          </button>
        )}
        <button type="button" aria-disabled={busy} onClick={() => !busy && props.onBack()}>
          Start over
        </button>
      </div>
    </div>
  );
}

function invitations(count: number): string {
  return count === 1 ? "1 invitation" : `${count} invitations`;
}

/** Why the sending stopped. Going on repeats the request without an answer as it was. */
function Stopped({ problem, onGoOn }: { problem: Problem; onGoOn: () => void }) {
  if (problem.code === "invitation_quota") {
    return (
      <div className="problem" role="alert">
        <p>
          Your clinic has sent all its invitations for today. Keep this page open and send the rest after{" "}
          <Time at={nextDay(new Date())} />.
        </p>
      </div>
    );
  }
  return (
    <>
      <ProblemNote error={problem} onRetry={onGoOn} />
      <p className="quiet">Try again to send the rest. No one gets a second invitation.</p>
    </>
  );
}

/** The clinic's day ends at midnight UTC. */
function nextDay(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1)).toISOString();
}
