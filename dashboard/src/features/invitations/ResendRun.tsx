import { useEffect, useRef, useState } from "react";
import { fullName } from "../../rules/names";
import type { Invitation } from "./queries";
import { type Progress, resendAll } from "./resendAll";

const SHOWN = 8;

/** The question, then the progress, then the result. */
export function ResendRun(props: { invitations: Invitation[]; onStart: () => void; onClose: () => void }) {
  const { invitations, onStart, onClose } = props;
  const [progress, setProgress] = useState<Progress | null>(null);
  const [running, setRunning] = useState(false);
  const run = useRef(new AbortController());
  useEffect(() => () => run.current.abort(), []);
  const started = progress !== null;
  const stop = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (started) stop.current?.focus();
  }, [started]);
  const start = async () => {
    onStart();
    setRunning(true);
    run.current = new AbortController();
    await resendAll(invitations, run.current.signal, setProgress);
    setRunning(false);
  };
  if (!progress) {
    return (
      <>
        <Question invitations={invitations} />
        <div className="actions">
          {invitations.length > 0 && (
            <button type="button" className="first" onClick={() => void start()}>
              Resend {invitations.length === 1 ? "1 invitation" : `${invitations.length} invitations`}
            </button>
          )}
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </>
    );
  }
  return (
    <>
      <p role="status">{running ? soFar(progress) : result(progress)}</p>
      {progress.failed.length > 0 && (
        <ul>
          {progress.failed.map(({ name, reason }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows, and two people can share a name.
            <li key={index}>
              {name}: {reason}
            </li>
          ))}
        </ul>
      )}
      <div className="actions">
        <button type="button" ref={stop} onClick={() => (running ? run.current.abort() : onClose())}>
          {running ? "Stop" : "Close"}
        </button>
      </div>
    </>
  );
}

function Question({ invitations }: { invitations: Invitation[] }) {
  if (invitations.length === 0) return <p>No invitations are expired now.</p>;
  const names = invitations.slice(0, SHOWN).map(fullName);
  const others = invitations.length - names.length;
  if (others > 0) names.push(others === 1 ? "1 other person" : `${others} other people`);
  return (
    <p>
      A new email goes to {new Intl.ListFormat("en-US").format(names)}. Each email has a new link. Other invitations
      don't change.
    </p>
  );
}

function soFar({ total, sent, failed }: Progress): string {
  return `${sent + failed.length} of ${total} done`;
}

function result({ total, sent, failed }: Progress): string {
  const left = total - sent - failed.length;
  const words = [`${sent} of ${total} sent again.`];
  if (failed.length > 0) words.push(`${failed.length} failed:`);
  if (left > 0) words.push(left === 1 ? "1 was not sent." : `${left} were not sent.`);
  return words.join(" ");
}
