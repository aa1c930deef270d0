import type { ReactNode } from "react";
import { Dialog } from "./Dialog";
import { ProblemNote } from "./ProblemNote";

/** Asks before something that cannot be taken back. */
export function Confirm(props: {
  title: string;
  action: string;
  /** The word for not doing it. */
  cancel?: string;
  /** Whether the action takes nothing from anyone, so that its button looks like others. */
  harmless?: boolean;
  busy: boolean;
  error?: unknown;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      {props.children}
      {props.error ? <ProblemNote error={props.error} /> : null}
      <div className="actions">
        {/* A disabled button would lose the focus. */}
        <button
          type="button"
          className={props.harmless ? "first" : "first danger"}
          aria-disabled={props.busy}
          onClick={() => !props.busy && props.onConfirm()}
        >
          {props.action}
        </button>
        <button type="button" data-safe onClick={props.onClose}>
          {props.cancel ?? "Cancel"}
        </button>
      </div>
    </Dialog>
  );
}
