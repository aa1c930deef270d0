import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { overlapFault } from "../../rules/rotation";
import { Dialog } from "../Dialog";
import { TextField } from "../Field";
import { ProblemNote } from "../ProblemNote";

/** Gives something another secret. The old one can go on for a while, so that nothing has to stop. */
export function RotateDialog<Rotated>(props: {
  /** What gets the secret. */
  owner: string;
  action: string;
  /** What the rotation changes, and what not. */
  intro: string;
  /** What else the chosen hours mean. */
  effect: (hours: number) => ReactNode;
  rotate: (overlapHours: number) => Promise<Rotated>;
  onRotated: (rotated: Rotated) => void;
  onClose: () => void;
}) {
  const [hours, setHours] = useState("24");
  const [asked, setAsked] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const rotate = useMutation({
    mutationFn: () => props.rotate(Number(hours)),
    onSuccess: props.onRotated,
    // The answer holds the secret. Nothing keeps it once it was shown.
    gcTime: 0,
  });
  const fault = overlapFault(hours);
  return (
    <Dialog title={`Rotate ${props.owner}?`} onClose={props.onClose}>
      <p>{props.intro}</p>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (fault) form.current?.querySelector("input")?.focus();
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
          wrong={(asked && fault) || undefined}
        />
        {!fault && props.effect(Number(hours))}
        <div className="actions">
          <button className="first" type="submit" aria-disabled={rotate.isPending}>
            {props.action}
          </button>
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
