import { Link } from "@tanstack/react-router";
import { Problem } from "../../api/problem";
import { Dialog } from "../../ui/Dialog";
import type { KeyDecision } from "./userQueries";

type UndecidedKey = { apiKeyId: string; description: string };

/** The API keys that a change waits for. Null if the refusal is about something else. */
export function undecidedKeys(error: unknown): UndecidedKey[] | null {
  if (!(error instanceof Problem) || error.code !== "keys_to_decide") return null;
  return (error.body.keys as UndecidedKey[] | undefined) ?? [];
}

/** Asks what becomes of the API keys that a person made, before the person stops managing the clinic. */
export function KeysDialog(props: {
  name: string;
  keys: UndecidedKey[];
  busy: boolean;
  onDecide: (decision: KeyDecision) => void;
  onClose: () => void;
}) {
  const one = props.keys.length === 1;
  const decide = (decision: KeyDecision) => {
    if (!props.busy) props.onDecide(decision);
  };
  return (
    <Dialog title={one ? "An API key still works" : `${props.keys.length} API keys still work`} onClose={props.onClose}>
      <p>
        {props.name} made {one ? "this key, and may know its secret" : "these keys, and may know their secrets"}:
      </p>
      <ul>
        {props.keys.map((key) => (
          <li key={key.apiKeyId}>{key.description}</li>
        ))}
      </ul>
      <p>
        If you revoke a key that a PACS uses, the PACS loses access at once. If you keep {one ? "the key" : "the keys"},
        rotate {one ? "it" : "them"} soon on the <Link to="/keys">API keys</Link> page.
      </p>
      <div className="actions">
        <button type="button" className="first" aria-disabled={props.busy} onClick={() => decide("end")}>
          {one ? "Revoke the key" : "Revoke the keys"}
        </button>
        <button type="button" aria-disabled={props.busy} onClick={() => decide("keep")}>
          {one ? "Keep the key" : "Keep the keys"}
        </button>
        <button type="button" data-safe onClick={props.onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
