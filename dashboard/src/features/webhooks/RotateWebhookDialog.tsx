import type { Webhook } from "../../rules/webhooks";
import { RotateDialog } from "../../ui/credentials/RotateDialog";
import { Time } from "../../ui/Time";
import { type NewWebhook, rotateWebhook } from "./queries";

const HOUR_MS = 60 * 60 * 1000;

/** Gives a webhook another secret, and says how long both are valid. */
export function RotateWebhookDialog(props: {
  webhook: Webhook;
  onRotated: (rotated: NewWebhook) => void;
  onClose: () => void;
}) {
  const { webhook } = props;
  return (
    <RotateDialog
      owner={webhook.description}
      action="Rotate secret"
      intro="The webhook gets a new secret. Nothing else changes."
      effect={(hours) => <Effect webhook={webhook} hours={hours} />}
      rotate={(hours) => rotateWebhook(webhook, hours)}
      onRotated={props.onRotated}
      onClose={props.onClose}
    />
  );
}

function Effect({ webhook, hours }: { webhook: Webhook; hours: number }) {
  const ends = new Date(Date.now() + hours * HOUR_MS).toISOString();
  const shortens = webhook.secrets.some(({ endsAt }) => endsAt && endsAt > ends);
  return (
    <>
      <p>
        {hours > 0 ? (
          <>
            Both secrets are valid until <Time at={ends} />: each delivery has a signature of each.
          </>
        ) : (
          "From now on, only the new secret is valid. Until the receiver has it, it refuses deliveries."
        )}
      </p>
      {shortens && <p className="note">Secrets of an earlier rotation stop then, too.</p>}
    </>
  );
}
