import { lazy, Suspense, useState } from "react";
import { webhookChange, webhookDraft } from "../../rules/webhookDraft";
import type { Webhook } from "../../rules/webhooks";
import { Loading } from "../../ui/Loading";
import { changeWebhook } from "./queries";

// The page opens without the form, which most visits don't need.
const WebhookForm = lazy(() => import("./WebhookForm").then((loaded) => ({ default: loaded.WebhookForm })));

/** Changes a webhook. Only what was changed here is sent, so that what someone else changes meanwhile stays. */
export function ChangeForm(props: { webhook: Webhook; onSaved: () => void; onCancel: () => void }) {
  const { webhook } = props;
  const [before] = useState(() => webhookDraft(webhook));
  return (
    <Suspense fallback={<Loading what="the form" />}>
      <WebhookForm
        title="Change the webhook"
        action="Save"
        busy="Saving…"
        initial={before}
        save={(draft) => changeWebhook(webhook, webhookChange(before, draft))}
        onSaved={props.onSaved}
        onCancel={props.onCancel}
        moved="This address must answer a challenge first. Events wait for it for up to three days."
      />
    </Suspense>
  );
}
