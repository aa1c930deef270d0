import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { localTime, sinceFault, type Webhook } from "../../rules/webhooks";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { ProblemNote } from "../../ui/ProblemNote";
import { redeliver } from "./queries";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Sends every event since a time again. */
export function ReplayDialog(props: { webhook: Webhook; onStarted: () => void; onClose: () => void }) {
  const [since, setSince] = useState(() => localTime(new Date(Date.now() - DAY_MS)));
  const [asked, setAsked] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const replay = useMutation({
    mutationFn: () => redeliver(props.webhook, { since: new Date(since).toISOString() }),
    onSuccess: props.onStarted,
  });
  const fault = sinceFault(since);
  return (
    <Dialog title="Send events again?" onClose={props.onClose}>
      <p>
        The receiver gets every event since this time again, with the same ids. Those that arrived before arrive a
        second time. Events that are still waiting are not sent twice.
      </p>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (fault) form.current?.querySelector("input")?.focus();
          else if (!replay.isPending) replay.mutate();
        }}
      >
        {replay.error && <ProblemNote error={replay.error} />}
        <TextField
          label="Since"
          hint="In your time zone. Events are kept for 30 days."
          type="datetime-local"
          value={since}
          onChange={setSince}
          wrong={(asked && fault) || undefined}
        />
        <div className="actions">
          <button className="first" type="submit" aria-disabled={replay.isPending}>
            Send events again
          </button>
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
