import type { Schemas } from "../../api/client";
import { undelivered } from "../../rules/delivery";
import type { View } from "./filters";

/** What the API selects by. Several values stand in one parameter. */
export type ListFilter = {
  status: string;
  expired?: Schemas["ExpiredFilter"];
  delivery?: string;
  npiVerification?: string;
};

const npiTrouble: Schemas["NpiVerification"][] = ["pending", "name_mismatch", "not_found", "deactivated"];

/** What each view asks the API for. The counts of the summary mean the same. */
export const filterOf: Record<View, ListFilter> = {
  open: { status: "sent", expired: "not-expired" },
  notDelivered: { status: "sent", delivery: undelivered.join(",") },
  expired: { status: "sent", expired: "expired" },
  npi: { status: "sent", npiVerification: npiTrouble.join(",") },
  accepted: { status: "accepted" },
  declined: { status: "rejected" },
  revoked: { status: "revoked" },
};
