import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { emptyWebhook, webhookRequest } from "../../rules/webhookDraft";
import { useHold } from "../../session/Leave";
import { ManagersOnly } from "../../session/ManagersOnly";
import { useRefresh } from "../../session/refresh";
import { OpenFormButton } from "../../ui/credentials/OpenFormButton";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Pages } from "../../ui/Pages";
import { createWebhook, type NewWebhook, webhooksKey, webhooksQuery } from "./queries";
import { WebhookForm } from "./WebhookForm";
import { WebhookSecret } from "./WebhookSecret";
import { WebhooksTable } from "./WebhooksTable";

// Deliveries go on without anyone at the dashboard.
const AGAIN_MS = 15_000;

/** The systems that AutoScribe tells what happens in the clinic. */
export function WebhooksPage() {
  return (
    <ManagersOnly title="Webhooks">
      <Webhooks />
    </ManagersOnly>
  );
}

function Webhooks() {
  const query = useInfiniteQuery(webhooksQuery);
  useRefresh(webhooksKey, query, AGAIN_MS);
  const [creating, setCreating] = useState(false);
  const [created, setCreated] = useState<string | null>(null);
  const navigate = useNavigate();
  // Not once the page was left, such as by a sign-out in another tab.
  useEffect(() => {
    if (created) void navigate({ to: "/webhooks/$webhookId", params: { webhookId: created } });
  }, [created, navigate]);
  const hold = useHold();
  const showSecret = (webhook: NewWebhook) => {
    setCreating(false);
    const onClose = () => {
      hold(null);
      setCreated(webhook.webhookEndpointId);
    };
    // A sign-out in another tab must not take away the only view of the secret.
    hold(<WebhookSecret webhook={webhook} onClose={onClose} />);
  };
  return (
    <Page
      title="Webhooks"
      actions={<OpenFormButton label="Create webhook" first hidden={creating} onClick={() => setCreating(true)} />}
    >
      <p>
        AutoScribe sends what happens in your clinic to these addresses, so that your other systems stay up to date.
      </p>
      {creating && (
        <WebhookForm
          title="Create a webhook"
          action="Create"
          busy="Creating…"
          initial={emptyWebhook}
          save={(draft) => createWebhook(webhookRequest(draft))}
          onSaved={showSecret}
          onCancel={() => setCreating(false)}
          lost="The webhook may have been created without its secret. If the list shows it, rotate its secret."
        />
      )}
      <Pages
        what="webhooks"
        query={query}
        rowsOf={(page) => page.webhooks}
        rowKey={(webhook) => webhook.webhookEndpointId}
        empty={
          <Empty title="No system gets events yet">
            <p>
              With a webhook, a system such as your PACS or your staff directory learns at once who was invited, who
              confirmed and whose access changed.
            </p>
          </Empty>
        }
      >
        {(webhooks, focusKey) => <WebhooksTable webhooks={webhooks} focusKey={focusKey} />}
      </Pages>
    </Page>
  );
}
