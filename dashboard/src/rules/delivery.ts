import type { Schemas } from "../api/client";

type Delivery = Schemas["DeliveryName"];

const meanings: Record<Delivery, string> = {
  queued: "The email is on its way out.",
  sent: "The email was sent. The recipient's email server has not confirmed it yet.",
  delivered: "The recipient's email server accepted it. If the person can't find it, it may be in their spam folder.",
  delayed: "The recipient's email server isn't accepting the email yet. We keep trying for up to 14 hours.",
  bounced: "The email came back. Check the address.",
  complained: "The recipient reported the email as spam.",
  failed: "The email was not sent. Resend to try again.",
};

/** What became of the newest email, in words. The email system's own reason says more, if there is one. */
export function deliveryWords(invitation: { delivery: Delivery; deliveryDetail?: string | null }): string {
  return invitation.deliveryDetail || meanings[invitation.delivery];
}

/** The states of an email that never will arrive. */
export const lost: readonly Delivery[] = ["bounced", "failed", "complained"];

/** The states of an email that did not arrive, the ones that never will first. */
export const undelivered: readonly Delivery[] = [...lost, "delayed"];

/** Whether the email of an invitation did not arrive. */
export function isUndelivered({ delivery }: { delivery: Delivery }): boolean {
  return undelivered.includes(delivery);
}
