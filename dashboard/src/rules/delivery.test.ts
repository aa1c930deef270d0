import { expect, test } from "vitest";
import { deliveryWords, isUndelivered } from "./delivery";

test("the email system's reason says more than the state", () => {
  expect(deliveryWords({ delivery: "bounced", deliveryDetail: "The mailbox is full." })).toBe("The mailbox is full.");
  expect(deliveryWords({ delivery: "bounced", deliveryDetail: null })).toBe("The email came back. Check the address.");
});

test("an email that is late or came back is undelivered, one on its way is not", () => {
  const undelivered = (["queued", "sent", "delivered", "delayed", "bounced", "complained", "failed"] as const).filter(
    (delivery) => isUndelivered({ delivery }),
  );
  expect(undelivered).toEqual(["delayed", "bounced", "complained", "failed"]);
});
