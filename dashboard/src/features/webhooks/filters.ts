import { choice } from "../../rules/search";

/** The filter of a webhook's deliveries, as it stands in the URL. */
export type DeliveryFilters = { show?: "failed" | "pending" | "delivered" | "canceled" };

/** The filter of a URL. */
export function deliveryFilters(search: Record<string, unknown>): DeliveryFilters {
  return choice(search, "show", ["failed", "pending", "delivered", "canceled"]);
}
