import { useMutation } from "@tanstack/react-query";
import type { Webhook } from "../../rules/webhooks";
import { Confirm } from "../../ui/Confirm";
import { endWebhook } from "./queries";

/** Asks before a webhook ends for good. */
export function EndDialog(props: { webhook: Webhook; onEnded: () => void; onClose: () => void }) {
  const { webhook } = props;
  const end = useMutation({ mutationFn: () => endWebhook(webhook), onSuccess: props.onEnded });
  return (
    <Confirm
      title={`End ${webhook.description}?`}
      action="End for good"
      busy={end.isPending}
      error={end.error}
      onConfirm={() => end.mutate()}
      onClose={props.onClose}
    >
      <p>
        This cannot be undone. The receiver gets no more events, and what waits for it is not sent. To move it to
        another address, use Change instead.
      </p>
    </Confirm>
  );
}
