import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { overlapFault, rotationEnds } from "../../rules/rotation";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { ProblemNote } from "../../ui/ProblemNote";
import { Time } from "../../ui/Time";
import { type ApiKey, type NewApiKey, rotateKey } from "./queries";

/** Gives a key another secret. The old one can go on for a while, so that nothing has to stop. */
export function RotateDialog(props: { apiKey: ApiKey; onRotated: (key: NewApiKey) => void; onClose: () => void }) {
  const { apiKey } = props;
  const [hours, setHours] = useState("24");
  const [asked, setAsked] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const rotate = useMutation({
    mutationFn: () => rotateKey(apiKey, Number(hours)),
    onSuccess: props.onRotated,
    gcTime: 0,
  });
  const wrong = asked ? overlapFault(hours) : null;
  const ends = rotationEnds(apiKey.secrets, Number(hours));
  return (
    <Dialog title={`Rotate ${apiKey.description}?`} onClose={props.onClose}>
      <p>The key gets a new secret. Its permissions stay the same.</p>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (overlapFault(hours)) form.current?.querySelector("input")?.focus();
          else if (!rotate.isPending) rotate.mutate();
        }}
      >
        {rotate.error && <ProblemNote error={rotate.error} />}
        <TextField
          label="Hours to keep the old secret working"
          hint="0 to 168. Time to put the new secret in place. With 0, the old one stops at once."
          inputMode="numeric"
          autoComplete="off"
          value={hours}
          onChange={setHours}
          wrong={wrong ?? undefined}
        />
        {ends === "older" && (
          <p className="note">
            This key was rotated before. The secret that works until <Time at={apiKey.secrets[0]?.endsAt} /> stops at
            once.
          </p>
        )}
        {ends === "newest" && (
          <p className="note">
            The newest secret was never used. It stops at once, and the older one keeps working until{" "}
            <Time at={apiKey.secrets[0]?.endsAt} />.
          </p>
        )}
        <div className="actions">
          <button className="first" type="submit" aria-disabled={rotate.isPending}>
            Rotate key
          </button>
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
