import { allEventWords } from "../../rules/eventTypes";
import { type Delivery, type Webhook, webhookAdvice, webhookWord } from "../../rules/webhooks";
import { Facts } from "../../ui/Facts";
import { Status } from "../../ui/Status";
import { Time } from "../../ui/Time";

/** The state of a webhook with what to do about it, and what else is known. */
export function WebhookFacts({ webhook, challenge }: { webhook: Webhook; challenge: Delivery | undefined }) {
  const advice = webhookAdvice(webhook, challenge);
  const old = webhook.secrets.flatMap(({ endsAt }) => endsAt ?? []).at(-1);
  return (
    <>
      {advice && (
        <p className="note" role="status">
          {advice}
          {webhook.status === "pending" && challenge?.nextAttemptAt && challenge.attempts > 0 && (
            <>
              {" "}
              AutoScribe will send it again at <Time at={challenge.nextAttemptAt} />.
            </>
          )}
          {webhook.status === "disabled" &&
            " AutoScribe keeps what it missed for 30 days. Once the webhook works, send those events again below."}
        </p>
      )}
      {webhook.needsRotation && (
        <p className="note">
          AutoScribe changed the keys that secrets are made from. Rotate the secret soon. Once the old key is gone,
          nothing is sent to this webhook.
        </p>
      )}
      <Facts
        facts={[
          ["Status", <State key="status" webhook={webhook} />],
          ["Address", webhook.url],
          ["Events", allEventWords(webhook.eventTypes)],
          [
            "Old secret",
            old && (
              <>
                Signs deliveries beside the new one until <Time at={old} />
              </>
            ),
          ],
          [
            "Created",
            <>
              By {webhook.createdByName ?? "someone"}, <Time at={webhook.createdAt} />
            </>,
          ],
        ]}
      />
    </>
  );
}

function State({ webhook }: { webhook: Webhook }) {
  return (
    <>
      <Status word={webhookWord(webhook)} />
      {webhook.status === "active" && webhook.failingSince && (
        <>
          {" "}
          since <Time at={webhook.failingSince} />
        </>
      )}
    </>
  );
}
