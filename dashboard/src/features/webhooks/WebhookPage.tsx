import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { Problem } from "../../api/problem";
import { isOnItsWay, type Webhook } from "../../rules/webhooks";
import { ManagersOnly } from "../../session/ManagersOnly";
import { useRefresh } from "../../session/refresh";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import { ProblemNote } from "../../ui/ProblemNote";
import { Deliveries } from "./Deliveries";
import { deliveriesQuery, webhookQuery, webhooksKey } from "./queries";
import { WebhookPanel } from "./WebhookPanel";

const AGAIN_MS = 10_000;
/** What was just sent is answered in seconds. */
const SOON_MS = 2_000;
const FRESH_MS = 20_000;

/** One webhook: its state, what can be done with it, and its deliveries. */
export function WebhookPage() {
  const { webhookId } = useParams({ from: "/webhooks/$webhookId" });
  return (
    <ManagersOnly title="Webhook">
      <Loaded key={webhookId} webhookId={webhookId} />
    </ManagersOnly>
  );
}

function Loaded({ webhookId }: { webhookId: string }) {
  const query = useQuery(webhookQuery(webhookId));
  if (query.error instanceof Problem && query.error.status === 404) return <Gone />;
  return (
    <Page title={query.data?.description ?? "Webhook"}>
      <p>
        <Link to="/webhooks">All webhooks</Link>
      </p>
      {query.isPending && <Loading what="the webhook" />}
      {query.error && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && <Sections webhook={query.data} />}
    </Page>
  );
}

function Sections({ webhook }: { webhook: Webhook }) {
  const { webhookEndpointId } = webhook;
  const filters = useSearch({ from: "/webhooks/$webhookId" });
  const query = useInfiniteQuery(deliveriesQuery(webhookEndpointId, filters));
  // The challenge is among all of them, whatever the filter shows.
  const all = useInfiniteQuery(deliveriesQuery(webhookEndpointId, {}));
  const newest = all.data?.pages[0]?.deliveries ?? [];
  const fresh = newest.some((one) => isOnItsWay(one) && all.dataUpdatedAt - Date.parse(one.createdAt) < FRESH_MS);
  useRefresh(webhooksKey, query, fresh || webhook.replay ? SOON_MS : AGAIN_MS);
  return (
    <>
      <WebhookPanel webhook={webhook} challenge={newest.find((one) => one.type === "webhook.challenge")} />
      <Deliveries webhook={webhook} filters={filters} query={query} />
    </>
  );
}

function Gone() {
  return (
    <Page title="Webhook not found">
      <p>
        Your clinic has no webhook at this web address. Ended webhooks are listed for 30 days. See{" "}
        <Link to="/webhooks">all webhooks</Link>.
      </p>
    </Page>
  );
}
