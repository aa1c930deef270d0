import { Link } from "@tanstack/react-router";
import { eventLabel, eventWords } from "../../rules/eventTypes";
import { answerWords, deliveryWord, webhookAdvice, webhookWord } from "../../rules/webhooks";
import { Status } from "../../ui/Status";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import type { ListedWebhook } from "./queries";

const columns: [Column<ListedWebhook>, ...Column<ListedWebhook>[]] = [
  { heading: "Webhook", cell: (webhook) => <Name webhook={webhook} /> },
  { heading: "Events", cell: (webhook) => eventWords(webhook.eventTypes) },
  { heading: "Status", cell: (webhook) => <State webhook={webhook} /> },
  { heading: "Last delivery", cell: (webhook) => <Last webhook={webhook} /> },
];

/** The clinic's webhooks. Each has a page of its own. */
export function WebhooksTable({ webhooks, focusKey }: { webhooks: ListedWebhook[]; focusKey: string | null }) {
  return (
    <Table
      caption="Webhooks"
      columns={columns}
      rows={webhooks}
      rowKey={(webhook) => webhook.webhookEndpointId}
      focusKey={focusKey}
    />
  );
}

function Name({ webhook }: { webhook: ListedWebhook }) {
  return (
    <>
      <Link to="/webhooks/$webhookId" params={{ webhookId: webhook.webhookEndpointId }}>
        {webhook.description}
      </Link>
      <span className="quiet">{webhook.url}</span>
    </>
  );
}

function State({ webhook }: { webhook: ListedWebhook }) {
  const { last } = webhook;
  const advice = webhookAdvice(webhook, last?.type === "webhook.challenge" ? last : null);
  return (
    <>
      <Status word={webhookWord(webhook)} />
      {webhook.status === "active" && webhook.failingSince && (
        <span className="quiet">
          Since <Time at={webhook.failingSince} />
        </span>
      )}
      {advice && <span className="quiet">{advice}</span>}
      {webhook.needsRotation && <span className="quiet">Rotate its secret soon.</span>}
    </>
  );
}

function Last({ webhook: { last, status } }: { webhook: ListedWebhook }) {
  if (status === "ended") return null;
  if (last === undefined) return "Could not be read";
  if (last === null) return "None yet";
  return (
    <>
      <Status word={deliveryWord(last)} />
      <span className="quiet">{[eventLabel(last.type), answerWords(last)].filter(Boolean).join(". ")}</span>
      <span className="quiet">
        <Time at={last.lastAttemptAt ?? last.eventAt} />
      </span>
    </>
  );
}
