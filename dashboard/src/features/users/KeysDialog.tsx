import { Link } from "@tanstack/react-router";
import { Problem } from "../../api/problem";
import { Dialog } from "../../ui/Dialog";
import type { KeyDecision } from "./userQueries";

type UndecidedKey = { apiKeyId: string; description: string };
type UndecidedWebhook = { webhookEndpointId: string; description: string };
/** What a person made whose secrets they may know. */
type Undecided = { keys: UndecidedKey[]; webhooks: UndecidedWebhook[] };

/** The API keys and webhooks that a change waits for. Null if the refusal is about something else. */
export function undecidedKeys(error: unknown): Undecided | null {
  if (!(error instanceof Problem) || error.code !== "keys_to_decide") return null;
  const { keys = [], webhooks = [] } = error.body as Partial<Undecided>;
  return { keys, webhooks };
}

/** Asks what becomes of the API keys and webhooks that a person made, before the person stops managing the clinic. */
export function KeysDialog(props: {
  name: string;
  undecided: Undecided;
  busy: boolean;
  onDecide: (decision: KeyDecision) => void;
  onClose: () => void;
}) {
  const { keys, webhooks } = props.undecided;
  const words = wordsFor(keys.length, webhooks.length);
  const decide = (decision: KeyDecision) => {
    if (!props.busy) props.onDecide(decision);
  };
  return (
    <Dialog title={words.title} onClose={props.onClose}>
      <p>
        {props.name} made {words.made}:
      </p>
      <ul>
        {keys.map((key) => (
          <li key={key.apiKeyId}>{key.description}</li>
        ))}
        {webhooks.map((webhook) => (
          <li key={webhook.webhookEndpointId}>{webhook.description} (webhook)</li>
        ))}
      </ul>
      {keys.length > 0 && (
        <p>
          If you revoke a key that a PACS uses, the PACS loses access at once. If you keep{" "}
          {keys.length === 1 ? "the key, rotate it" : "the keys, rotate them"} soon on the{" "}
          <Link to="/keys">API keys</Link> page.
        </p>
      )}
      {webhooks.length > 0 && (
        <p>
          If you end a webhook, its receiver gets no more events. If you keep{" "}
          {webhooks.length === 1 ? "it, rotate its secret" : "them, rotate their secrets"} soon on the{" "}
          <Link to="/webhooks">Webhooks</Link> page.
        </p>
      )}
      <div className="actions">
        <button type="button" className="first" aria-disabled={props.busy} onClick={() => decide("end")}>
          {words.end}
        </button>
        <button type="button" aria-disabled={props.busy} onClick={() => decide("keep")}>
          {words.keep}
        </button>
        <button type="button" data-safe onClick={props.onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

/** What the question is about: keys, webhooks or both. */
function wordsFor(keys: number, webhooks: number) {
  if (keys > 0 && webhooks > 0) {
    return {
      title: "API keys and webhooks still work",
      made: "these, and may know their secrets",
      end: "End them",
      keep: "Keep them",
    };
  }
  const [what, long, count] = webhooks > 0 ? ["webhook", "webhook", webhooks] : ["key", "API key", keys];
  const end = webhooks > 0 ? "End" : "Revoke";
  if (count === 1) {
    return {
      title: `${webhooks > 0 ? "A" : "An"} ${long} still works`,
      made: `this ${what}, and may know its secret`,
      end: `${end} the ${what}`,
      keep: `Keep the ${what}`,
    };
  }
  return {
    title: `${count} ${long}s still work`,
    made: `these ${what}s, and may know their secrets`,
    end: `${end} the ${what}s`,
    keep: `Keep the ${what}s`,
  };
}
