import { useMutation } from "@tanstack/react-query";
import type { Webhook } from "../../rules/webhooks";
import { testWebhook, verifyWebhook } from "./queries";

/** Sends a challenge or a test event. One at a time, and its refusal is the one that shows. */
export function useRequests(webhook: Webhook, onDone: (words: string | null) => void) {
  const request = useMutation({
    mutationFn: (what: "challenge" | "test") => (what === "challenge" ? verifyWebhook(webhook) : testWebhook(webhook)),
    onMutate: () => onDone(null),
    onSuccess: (_, what) =>
      onDone(
        what === "challenge"
          ? "A challenge is on its way to the receiver. This page shows the answer."
          : "A test event is on its way to the receiver. The list of deliveries shows the answer.",
      ),
  });
  const send = (what: "challenge" | "test") => {
    if (!request.isPending) request.mutate(what);
  };
  return {
    busy: request.isPending,
    error: request.error,
    reset: request.reset,
    verify: () => send("challenge"),
    test: () => send("test"),
  };
}
