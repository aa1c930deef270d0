import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Problem } from "../../api/problem";
import { Outcome } from "../../ui/Outcome";
import { ProblemNote } from "../../ui/ProblemNote";
import type { AccessChange } from "./userQueries";

/** What was done. Everything but a release has a way back. */
export function Done(props: { change: AccessChange; name: string; onUndo: (back: AccessChange) => void }) {
  const { change, name } = props;
  const { kind } = change;
  const text = {
    deactivate: `${name} is deactivated. `,
    reactivate: `${name} is active again, with the same permissions as before. `,
    release: `${name} is released.`,
  };
  return (
    <Outcome>
      {text[kind]}
      {kind !== "release" && (
        <button
          type="button"
          onClick={() => props.onUndo({ kind: kind === "deactivate" ? "reactivate" : "deactivate" })}
        >
          Undo
        </button>
      )}
      {change.kind === "deactivate" && change.keys === "end" && " The API keys and webhooks that ended stay ended."}
    </Outcome>
  );
}

/** Why access stays as it is. */
export function Refused({ error }: { error: unknown }) {
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => note.current?.focus(), []);
  return (
    <div ref={note} tabIndex={-1}>
      <ProblemNote error={error} />
      <WayOn error={error} />
    </div>
  );
}

/** Leads to what has to be done first. */
export function WayOn({ error }: { error: unknown }) {
  if (!(error instanceof Problem) || error.code !== "last_owner") return null;
  return (
    <p>
      <Link to="/clinic">Transfer ownership</Link>
    </p>
  );
}
