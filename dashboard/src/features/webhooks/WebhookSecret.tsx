import { SecretDialog } from "../../ui/credentials/SecretDialog";
import type { NewWebhook } from "./queries";

/** Shows the secret of a webhook, once. */
export function WebhookSecret({ webhook, onClose }: { webhook: NewWebhook; onClose: () => void }) {
  return (
    <SecretDialog
      owner={webhook.description}
      secret={webhook.secret}
      where="Store it where the receiver finds it. With it, the receiver checks that deliveries are from AutoScribe."
      lost="If you lose it, rotate the secret."
      onClose={onClose}
    />
  );
}
