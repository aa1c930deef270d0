import { useState } from "react";
import type { Delivery, Webhook } from "../../rules/webhooks";
import { useHold } from "../../session/Leave";
import { OpenFormButton } from "../../ui/credentials/OpenFormButton";
import { Outcome } from "../../ui/Outcome";
import { ProblemNote } from "../../ui/ProblemNote";
import { ChangeForm } from "./ChangeForm";
import { EndDialog } from "./EndDialog";
import type { NewWebhook } from "./queries";
import { RotateWebhookDialog } from "./RotateWebhookDialog";
import { useRequests } from "./useRequests";
import { WebhookFacts } from "./WebhookFacts";
import { WebhookSecret } from "./WebhookSecret";

/** What is known of a webhook, and what can be done with it. */
export function WebhookPanel({ webhook, challenge }: { webhook: Webhook; challenge: Delivery | undefined }) {
  const [open, setOpen] = useState<"change" | "rotate" | "end" | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const requests = useRequests(webhook, setDone);
  const hold = useHold();
  const close = () => setOpen(null);
  const start = (what: "change" | "rotate" | "end") => {
    setDone(null);
    requests.reset();
    setOpen(what);
  };
  const finish = (words: string) => {
    close();
    setDone(words);
  };
  const showSecret = (rotated: NewWebhook) => {
    close();
    // A sign-out in another tab must not take away the only view of the secret.
    hold(<WebhookSecret webhook={rotated} onClose={() => hold(null)} />);
  };
  const { status } = webhook;
  const failing = status === "active" && webhook.failingSince;
  return (
    <section className="card panel" aria-label="Webhook">
      <WebhookFacts webhook={webhook} challenge={challenge} />
      {done && <Outcome key={done}>{done}</Outcome>}
      {requests.error ? <ProblemNote error={requests.error} /> : null}
      {status !== "ended" && (
        <div className="actions">
          {(status !== "active" || failing) && (
            <button type="button" className="first" aria-disabled={requests.busy} onClick={requests.verify}>
              {failing ? "Send a challenge" : status === "disabled" ? "Enable again" : "Send the challenge again"}
            </button>
          )}
          {status === "active" && (
            <button type="button" aria-disabled={requests.busy} onClick={requests.test}>
              Send test event
            </button>
          )}
          <OpenFormButton label="Change" hidden={open === "change"} onClick={() => start("change")} />
          <button type="button" onClick={() => start("rotate")}>
            Rotate secret
          </button>
          <button type="button" onClick={() => start("end")}>
            End webhook
          </button>
        </div>
      )}
      {open === "change" && (
        <ChangeForm webhook={webhook} onSaved={() => finish("The webhook is saved.")} onCancel={close} />
      )}
      {open === "rotate" && <RotateWebhookDialog webhook={webhook} onRotated={showSecret} onClose={close} />}
      {open === "end" && (
        <EndDialog
          webhook={webhook}
          onEnded={() => finish("The webhook is ended. Nothing more is sent to its receiver.")}
          onClose={close}
        />
      )}
    </section>
  );
}
