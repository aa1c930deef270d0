import type { Schemas } from "../../api/client";
import { undelivered } from "../../rules/delivery";
import type { View } from "./filters";

/** What the API selects by. It takes one delivery and one verification at a time. */
export type ListFilter = {
  status?: string;
  expired?: Schemas["ExpiredFilter"];
  delivery?: Schemas["DeliveryName"];
  npiVerification?: Schemas["NpiVerification"];
};

const filtersOf: Record<View, ListFilter[]> = {
  open: [{ status: "sent", expired: "not-expired" }],
  notDelivered: undelivered.map((delivery) => ({ status: "sent", expired: "not-expired", delivery })),
  expired: [{ status: "sent", expired: "expired" }],
  npi: (["name_mismatch", "not_found", "deactivated", "pending"] as const).map((npiVerification) => ({
    status: "sent",
    expired: "not-expired",
    npiVerification,
  })),
  accepted: [{ status: "accepted" }],
  declined: [{ status: "rejected" }],
  revoked: [{ status: "revoked" }],
};

/** The lists that make up a view, one after another. Without a view, it is every invitation. */
export function listFilters(view: View | undefined): ListFilter[] {
  return view ? filtersOf[view] : [{}];
}
