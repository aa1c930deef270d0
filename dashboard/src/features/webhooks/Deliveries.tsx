import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { eventLabel } from "../../rules/eventTypes";
import type { Delivery, Webhook } from "../../rules/webhooks";
import { Empty } from "../../ui/Empty";
import { Outcome } from "../../ui/Outcome";
import { Pages } from "../../ui/Pages";
import { ProblemNote } from "../../ui/ProblemNote";
import { Time } from "../../ui/Time";
import { DeliveriesTable } from "./DeliveriesTable";
import type { DeliveryFilters } from "./filters";
import { redeliver } from "./queries";
import { ReplayDialog } from "./ReplayDialog";

const chips: [DeliveryFilters, string][] = [
  [{}, "All"],
  [{ show: "failed" }, "Failed"],
  [{ show: "pending" }, "Waiting"],
  [{ show: "delivered" }, "Delivered"],
  [{ show: "canceled" }, "Not sent"],
];

/** What was sent to a webhook in 30 days, and what can be sent again. */
export function Deliveries(props: {
  webhook: Webhook;
  filters: DeliveryFilters;
  query: UseInfiniteQueryResult<InfiniteData<Schemas["WebhookDeliveriesView"]>>;
}) {
  const { webhook, filters, query } = props;
  const [asking, setAsking] = useState(false);
  const [started, setStarted] = useState(false);
  const [done, setDone] = useState("");
  const again = useMutation({
    mutationFn: ({ deliveryId }: Delivery) => redeliver(webhook, { deliveryId }),
    onMutate: () => setDone(""),
    onSuccess: (_, delivery) => setDone(`${eventLabel(delivery.type)} is being sent again.`),
  });
  const works = webhook.status === "active";
  return (
    <section aria-labelledby="deliveries">
      <div className="section-head">
        <h2 id="deliveries">Deliveries</h2>
        {works && !webhook.replay && (
          <button
            type="button"
            onClick={() => {
              setStarted(false);
              setDone("");
              setAsking(true);
            }}
          >
            Send all again since…
          </button>
        )}
      </div>
      <p>
        Deliveries are listed for 30 days. If one fails, AutoScribe tries it again for three days, less and less often.
        {!works && webhook.status !== "ended" && " Once the webhook works, you can send them again."}
      </p>
      <nav className="chips" aria-label="Which deliveries">
        {chips.map(([search, name]) => (
          <Link
            key={name}
            to="/webhooks/$webhookId"
            params={{ webhookId: webhook.webhookEndpointId }}
            search={search}
            activeOptions={{ exact: true }}
          >
            {name}
          </Link>
        ))}
      </nav>
      <div role="status">
        {webhook.replay && (
          <p className="note">
            Events since <Time at={webhook.replay.since} /> are being sent again. This began at{" "}
            <Time at={webhook.replay.startedAt} />. You can send others again once it is done.
          </p>
        )}
        {done && <p className="note good">{done}</p>}
      </div>
      {/* The button that started it is gone while it runs. */}
      {started && <Outcome>The events are being sent again, one after another.</Outcome>}
      {again.error && <ProblemNote error={again.error} />}
      <Pages
        what="deliveries"
        query={query}
        filters={filters}
        rowsOf={(page) => page.deliveries}
        rowKey={(delivery) => delivery.deliveryId}
        empty={<Empty title={filters.show ? "No delivery is in this state" : "Nothing was sent in the last 30 days"} />}
      >
        {(deliveries, focusKey) => (
          <DeliveriesTable
            deliveries={deliveries}
            focusKey={focusKey}
            stale={query.isPlaceholderData}
            onAgain={works ? (delivery) => !again.isPending && again.mutate(delivery) : null}
          />
        )}
      </Pages>
      {asking && (
        <ReplayDialog
          webhook={webhook}
          onStarted={() => {
            setAsking(false);
            setStarted(true);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}
